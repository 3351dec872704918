# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""One helicopter's flight as data: what it measured, saw and believed, and what was true."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple, Protocol

from ingenuity_nodes.cameras.model import CameraModel
from ingenuity_nodes.frames import QuatWxyz, Vector3
from ingenuity_nodes.navigation.inputs import column, PowerOn, Rows
from ingenuity_nodes.scenario.helicopter_parameters import HelicopterParameters
from ingenuity_nodes.scenario.sections import Scenario
from ingenuity_nodes.signals import Exposure, FeatureFrame
from ingenuity_nodes.world.sun import Sun, sun_at
import numpy as np
from numpy.typing import NDArray

Times = NDArray[np.int64]
Column = NDArray[np.float64]


class Moving(Protocol):
    """An instant of a motion: a truth, an estimate or an exposure."""

    @property
    def t_ns(self) -> int:
        """Instant [ns]."""

    @property
    def p_MB(self) -> Vector3:
        """Position [m]."""

    @property
    def q_MB(self) -> QuatWxyz:
        """Attitude."""

    @property
    def v_MB(self) -> Vector3:
        """Velocity [m/s]."""

    @property
    def w_MB_B(self) -> Vector3:
        """Angular rate [rad/s]."""


class Motion(NamedTuple):
    """A motion of the body in the map."""

    t_ns: Times       # (n,)
    p_MB: Column      # (n, 3) [m]
    q_MB: Column      # (n, 4), scalar first
    v_MB: Column      # (n, 3) [m/s]
    w_MB_B: Column    # (n, 3) [rad/s]

    @classmethod
    def of(cls, rows: Iterable[Moving]) -> Motion:
        """Stack instants, in the order of time, each once."""
        kept = {one.t_ns: one for one in rows}
        times = sorted(kept)
        return cls(np.array(times, dtype=np.int64), *(
            np.array([getattr(kept[t], name) for t in times], dtype=np.float64).reshape(
                len(times), 4 if name == 'q_MB' else 3) for name in cls._fields[1:]))

    def at(self, t_ns: Times) -> Motion:
        """Take the instants that are among the given ones."""
        return self.rows(np.flatnonzero(np.isin(self.t_ns, t_ns)))

    def rows(self, chosen: NDArray[np.int64]) -> Motion:
        """Take instants by their numbers."""
        return Motion(self.t_ns[chosen], self.p_MB[chosen], self.q_MB[chosen], self.v_MB[chosen],
                      self.w_MB_B[chosen])


class Shot(NamedTuple):
    """One navigation image with the true motion of its carrier."""

    exposure: Exposure
    grey: NDArray[np.uint8]    # (height, width)


@dataclass(frozen=True)
class FlightRecord:
    """One flight of one helicopter."""

    vehicle: str
    source: str                  # for people: where this comes from
    scenario: Scenario | None    # None: not known, so that nothing can be drawn anew
    seed: int | None
    parameters: HelicopterParameters
    camera: CameraModel          # of navigation
    start: PowerOn
    rows: Rows                   # navigation's inputs, 500 a second
    features: Mapping[int, FeatureFrame]    # those it was handed, by their stamp
    truth: Motion                # 100 instants a second
    estimate: Motion
    exposures: tuple[Exposure, ...]         # of the navigation camera, in the order of time
    shots: Callable[[], Iterator[Shot]]     # reads or draws the images, one after the other

    @property
    def altimeter(self) -> tuple[Times, Column]:
        """Return instants [ns] and distances [m] that navigation was handed."""
        distance = column(self.rows, 'distance')
        measured = ~np.isnan(distance)
        return (column(self.rows, 'altimeter_t_ns')[measured].astype(np.int64),
                distance[measured])

    @property
    def sun(self) -> Sun | None:
        """Return the sun that lights the images, if the scenario is known."""
        if self.scenario is None:
            return None
        here = self.scenario.world
        return sun_at(here.utc, here.latitude, here.longitude)

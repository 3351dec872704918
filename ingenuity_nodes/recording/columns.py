# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""Columns that grow: rows of numbers with a time each, handed out as named arrays."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from ingenuity_nodes.timing import TICK_NS
import numpy as np
from numpy.typing import NDArray

Times = NDArray[np.int64]      # shape (n,) [ns]
Column = NDArray[np.float64]   # shape (n,) or (n, k)

FIRST_ROWS = 4096              # 41 s of ticks; doubled when full


class Rows:
    """A table of ``width`` numbers per instant."""

    def __init__(self, width: int) -> None:
        self._count = 0
        self._times = np.zeros(FIRST_ROWS, np.int64)
        self._values = np.zeros((FIRST_ROWS, width))

    @classmethod
    def of(cls, times: Times, values: Column) -> Rows:
        """Take over finished columns."""
        rows = cls(values.shape[1])
        rows._times, rows._values, rows._count = times, values, len(times)
        return rows

    @property
    def times(self) -> Times:
        """When each row was noted, shape (n,) [ns]."""
        return self._times[:self._count]

    @property
    def values(self) -> Column:
        """All rows, shape (n, width)."""
        return self._values[:self._count]

    def due(self, t_ns: int) -> bool:
        """Say whether no row of the same tick is there yet."""
        return not self._count or t_ns // TICK_NS != int(self._times[self._count - 1]) // TICK_NS

    def append(self, t_ns: int, row: Iterable[float]) -> None:
        """Note one row."""
        if self._count == len(self._times):
            self._times = np.resize(self._times, max(FIRST_ROWS, 2 * self._count))
            self._values = np.resize(
                self._values, (max(FIRST_ROWS, 2 * self._count), self._values.shape[1]))
        self._times[self._count] = t_ns
        self._values[self._count] = tuple(row)
        self._count += 1


class TruthColumns(NamedTuple):
    """What really happened."""

    t_ns: Times
    p_MB: Column      # (n, 3) [m]
    v_MB: Column      # (n, 3) [m/s]
    q_MB: Column      # (n, 4)
    w_MB_B: Column    # (n, 3) [rad/s]

    @classmethod
    def of(cls, rows: Rows) -> TruthColumns:
        """Cut the rows of a log into named columns."""
        v = rows.values
        return cls(rows.times, v[:, 0:3], v[:, 3:6], v[:, 6:10], v[:, 10:13])


class EstimateColumns(NamedTuple):
    """What the flight computer believed, and how sure it was."""

    t_ns: Times
    p_MB: Column           # (n, 3) [m]
    v_MB: Column           # (n, 3) [m/s]
    q_MB: Column           # (n, 4)
    sigma: Column          # (n, 9): position [m], velocity [m/s], attitude [rad]
    feature_count: Column  # (n,)

    @classmethod
    def of(cls, rows: Rows) -> EstimateColumns:
        """Cut the rows of a log into named columns."""
        v = rows.values
        return cls(rows.times, v[:, 0:3], v[:, 3:6], v[:, 6:10], v[:, 10:19], v[:, 19])


class StatusColumns(NamedTuple):
    """The machinery."""

    t_ns: Times
    rotor_speed: Column          # (n, 2) [rad/s]
    collective: Column           # (n, 2) [rad]
    thrust: Column               # (n, 2) [N]
    rotor_power: Column          # (n,) [W]
    electrical_power: Column     # (n,) [W]
    battery_voltage: Column      # (n,) [V]
    battery_charge: Column       # (n,) 0..1
    motor_temperature: Column    # (n,) [K]
    energy_used_wh: Column       # (n,) [Wh]
    feet_on_ground: Column       # (n,) 0..4

    @classmethod
    def of(cls, rows: Rows) -> StatusColumns:
        """Cut the rows of a log into named columns."""
        v = rows.values
        return cls(rows.times, v[:, 0:2], v[:, 2:4], v[:, 4:6], *v[:, 6:13].T)


class SetpointColumns(NamedTuple):
    """What guidance wanted."""

    t_ns: Times
    p_ref: Column      # (n, 3) [m]
    v_ref: Column      # (n, 3) [m/s]
    yaw_ref: Column    # (n,) [rad]

    @classmethod
    def of(cls, rows: Rows) -> SetpointColumns:
        """Cut the rows of a log into named columns."""
        v = rows.values
        return cls(rows.times, v[:, 0:3], v[:, 3:6], v[:, 6])

# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""Growing tables of time-stamped numbers, read as named arrays."""

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
    """A growing table of time-stamped rows of ``width`` numbers."""

    def __init__(self, width: int) -> None:
        self._count = 0
        self._times = np.zeros(FIRST_ROWS, np.int64)
        self._values = np.zeros((FIRST_ROWS, width))

    @classmethod
    def of(cls, times: Times, values: Column) -> Rows:
        """Wrap complete columns."""
        rows = cls(values.shape[1])
        rows._times, rows._values, rows._count = times, values, len(times)
        return rows

    @property
    def times(self) -> Times:
        """Return the time of each row, shape (n,) [ns]."""
        return self._times[:self._count]

    @property
    def values(self) -> Column:
        """Return all rows, shape (n, width)."""
        return self._values[:self._count]

    def due(self, t_ns: int) -> bool:
        """Return whether there is no row of the same tick yet."""
        return not self._count or t_ns // TICK_NS != int(self._times[self._count - 1]) // TICK_NS

    def append(self, t_ns: int, row: Iterable[float]) -> None:
        """Append one row."""
        if self._count == len(self._times):
            self._times = np.resize(self._times, max(FIRST_ROWS, 2 * self._count))
            self._values = np.resize(
                self._values, (max(FIRST_ROWS, 2 * self._count), self._values.shape[1]))
        self._times[self._count] = t_ns
        self._values[self._count] = tuple(row)
        self._count += 1


class TruthColumns(NamedTuple):
    """The true motion."""

    t_ns: Times
    p_MB: Column      # (n, 3) [m]
    v_MB: Column      # (n, 3) [m/s]
    q_MB: Column      # (n, 4)
    w_MB_B: Column    # (n, 3) [rad/s]

    @classmethod
    def of(cls, rows: Rows) -> TruthColumns:
        """Split the rows of a log into named columns."""
        v = rows.values
        return cls(rows.times, v[:, 0:3], v[:, 3:6], v[:, 6:10], v[:, 10:13])


class EstimateColumns(NamedTuple):
    """The estimate of the flight computer, with its standard deviations."""

    t_ns: Times
    p_MB: Column           # (n, 3) [m]
    v_MB: Column           # (n, 3) [m/s]
    q_MB: Column           # (n, 4)
    sigma: Column          # (n, 9): position [m], velocity [m/s], attitude [rad]
    feature_count: Column  # (n,)

    @classmethod
    def of(cls, rows: Rows) -> EstimateColumns:
        """Split the rows of a log into named columns."""
        v = rows.values
        return cls(rows.times, v[:, 0:3], v[:, 3:6], v[:, 6:10], v[:, 10:19], v[:, 19])


class StatusColumns(NamedTuple):
    """Actuators, power train and battery."""

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
        """Split the rows of a log into named columns."""
        v = rows.values
        return cls(rows.times, v[:, 0:2], v[:, 2:4], v[:, 4:6], *v[:, 6:13].T)


class SetpointColumns(NamedTuple):
    """The setpoints of guidance."""

    t_ns: Times
    p_ref: Column      # (n, 3) [m]
    v_ref: Column      # (n, 3) [m/s]
    yaw_ref: Column    # (n,) [rad]

    @classmethod
    def of(cls, rows: Rows) -> SetpointColumns:
        """Split the rows of a log into named columns."""
        v = rows.values
        return cls(rows.times, v[:, 0:3], v[:, 3:6], v[:, 6])

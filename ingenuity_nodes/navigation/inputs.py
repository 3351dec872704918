# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""
What navigation is handed, kept whole, so that it or another can run again on the same flight.

A row is one step of 2 ms as plain numbers, the columns of ``COLUMNS``; features are kept beside
it, by their time stamp. A double holds nanoseconds exactly for 104 days.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
import math
from typing import NamedTuple

from ingenuity_nodes.frames import Vector3
from ingenuity_nodes.signals import (
    AltimeterSample, Estimate, FeatureFrame, ImuSample, InclinometerSample)
from ingenuity_nodes.stages import Navigation
import numpy as np
from numpy.typing import NDArray

COLUMNS = (    # name and how many numbers
    ('t_ns', 1),              # of the sample that navigation takes
    ('f_I', 3), ('w_MI_I', 3),                  # that sample [m/s^2, rad/s]; NaN: not known
    ('upper_f_I', 3), ('upper_w_MI_I', 3),      # of the two sensors, as they measured
    ('lower_f_I', 3), ('lower_w_MI_I', 3),
    ('altimeter_t_ns', 1), ('distance', 1),     # [m]; NaN: none in this step
    ('features_t_ns', 1),     # stamp of the features of this step; NaN: none
    ('at_rest', 1),           # 1: the aircraft knows that it stands on the ground
    ('attitude_error', 1))    # by which the covariance is inflated after the step [rad]; 0: not
WIDTH = sum(size for _, size in COLUMNS)
_START = {name: sum(size for _, size in COLUMNS[:k]) for k, (name, _) in enumerate(COLUMNS)}

Rows = NDArray[np.float64]    # (n, WIDTH)


class PowerOn(NamedTuple):
    """What navigation is initialised with."""

    t_ns: int
    tilt: InclinometerSample
    yaw: float         # counter-clockwise from east [rad]
    p_MB: Vector3      # [m]


class NavigationInput(NamedTuple):
    """What navigation is handed at one step."""

    imu: ImuSample
    both: tuple[ImuSample, ImuSample]    # of the upper and the lower sensor
    altimeter: AltimeterSample | None
    features: FeatureFrame | None
    at_rest: bool
    attitude_error: float = 0.0    # the covariance is inflated by it after the step [rad]; 0: not


def rows_of(inputs: Iterable[NavigationInput]) -> Rows:
    """Write inputs as rows (n, WIDTH), all but the features themselves."""
    rows = [(
        one.imu.t_ns, *one.imu.f_I, *one.imu.w_MI_I,
        *one.both[0].f_I, *one.both[0].w_MI_I, *one.both[1].f_I, *one.both[1].w_MI_I,
        *((one.altimeter.t_ns, one.altimeter.distance) if one.altimeter else (math.nan,) * 2),
        one.features.t_ns if one.features else math.nan,
        one.at_rest, one.attitude_error) for one in inputs]
    return np.array(rows, dtype=np.float64).reshape(-1, WIDTH)


def column(rows: Rows, name: str) -> NDArray[np.float64]:
    """Take a column by its name: (n,), or (n, 3) of a vector."""
    first, size = _START[name], dict(COLUMNS)[name]
    return rows[:, first] if size == 1 else rows[:, first:first + size]


def inputs_of(rows: Rows, features: Mapping[int, FeatureFrame]) -> Iterator[NavigationInput]:
    """
    Read rows back.

    ``features`` are those of the flight by their time stamp; where one is lacking, the step has
    none.
    """
    cut = {name: slice(first, first + 3) for name, first in _START.items()}
    altimeter, stamp, rest = (_START[name] for name in (
        'altimeter_t_ns', 'features_t_ns', 'at_rest'))
    for row in rows:
        t_ns = int(row[0])
        # NaN is the only number that is not itself.
        altitude = (AltimeterSample(int(row[altimeter]), float(row[altimeter + 1]))
                    if row[altimeter] == row[altimeter] else None)
        frame = features.get(int(row[stamp])) if row[stamp] == row[stamp] else None
        yield NavigationInput(
            ImuSample(t_ns, row[cut['f_I']].copy(), row[cut['w_MI_I']].copy()),
            (ImuSample(t_ns, row[cut['upper_f_I']], row[cut['upper_w_MI_I']]),
             ImuSample(t_ns, row[cut['lower_f_I']], row[cut['lower_w_MI_I']])),
            altitude, frame, bool(row[rest]), float(row[rest + 1]))


def run_again(
    navigation: Navigation, start: PowerOn, inputs: Iterable[NavigationInput],
) -> Iterator[Estimate]:
    """Run a filter on the inputs of a flight, one estimate a step."""
    navigation.initialise(*start)
    for one in inputs:
        yield navigation.step(one.imu, one.altimeter, one.features, one.at_rest)
        if one.attitude_error:
            navigation.inflate_covariance(one.attitude_error)

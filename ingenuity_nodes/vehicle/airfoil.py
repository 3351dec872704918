# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""
Lift and drag of the blade sections.

The outboard section is CLF5605 (5 % thick, 4.9 % camber). Its measured polars cover -2 to 6 deg at
Reynolds number 20,000 and Mach 0.60; the blades of Ingenuity meet about 12,000 and 0.5 at 0.75 R.
Outside the measured angles the table is continued as :func:`extended_polar` says.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

# NASA/TM-20240004230 tables A.1 and A.2: angle [deg], lift and drag coefficient.
_US_FP = ((-2, .042, .069), (0, .250, .061), (2, .422, .060), (3, .523, .066),
          (4, .601, .071), (5, .682, .082), (6, .767, .099))
_JP_F = ((-2, .147, .074), (0, .381, .065), (2, .541, .072), (3, .633, .076),
         (4, .711, .083), (5, .778, .095), (6, .884, .114))
# Student digitisation of NASA's computed polar at Mach 0.5: for comparison only, too optimistic.
_COMPUTED = ((0, .467, .037), (2, .716, .042), (4, .952, .048), (6, 1.186, .059),
             (7, 1.246, .075), (8, 1.201, .108))

MACH_OF_POLARS = {'us_fp': 0.60, 'jp_f': 0.607, 'computed': 0.5}
POLARS = tuple(MACH_OF_POLARS)

CELLS_PER_DEGREE = 2
FLAT_PLATE_DRAG = 1.8   # S. F. Hoerner, "Fluid-Dynamic Drag": long plate across the stream


class Polar(NamedTuple):
    """Coefficients on an even grid of angles from -180 to 180 deg."""

    lift: NDArray[np.float64]
    drag: NDArray[np.float64]
    mach: float   # at which they hold


def _viterna(alpha: float, edge: float, lift: float, drag: float) -> tuple[float, float]:
    """
    Continue a polar past its edge angle towards a flat plate across the stream.

    References
    ----------
    L. A. Viterna and D. C. Janetzke, NASA TM-82944 (1982), eqs. 1 to 7.

    """
    s, c = math.sin(edge), math.cos(edge)
    a2 = (lift - FLAT_PLATE_DRAG * s * c) * s / (c * c)
    b2 = (drag - FLAT_PLATE_DRAG * s * s) / c
    sa, ca = math.sin(alpha), math.cos(alpha)
    return (FLAT_PLATE_DRAG * sa * ca + a2 * ca * ca / sa,
            FLAT_PLATE_DRAG * sa * sa + b2 * ca)


def _separating(
    alpha: float, last: tuple[float, float, float], slope: float,
) -> tuple[float, float]:
    """Let the lift slope fall to zero past the last measured angle; nose suction is lost."""
    alpha_deg, lift, drag = last
    step = math.radians(alpha - alpha_deg)
    span = math.radians(_STALL_DEG - alpha_deg)
    gained = slope * (step - step * step / (2.0 * span))
    return lift + gained, drag + (lift + gained) * math.tan(step) + gained * math.tan(
        math.radians(alpha_deg))


# Assumed: the measured lift still rises 0.085 per degree at 6 deg, thin sections at low Reynolds
# number separate from the nose gradually, and the computed polar of Mach 0.7 peaks at 6 to 8 deg.
_STALL_DEG = 10.0


def _measured(rows: tuple[tuple[float, float, float], ...], alpha: float) -> tuple[float, float]:
    alphas, lifts, drags = zip(*rows, strict=True)
    if alpha >= alphas[0]:
        return float(np.interp(alpha, alphas, lifts)), float(np.interp(alpha, alphas, drags))
    slope = (lifts[1] - lifts[0]) / (alphas[1] - alphas[0])
    below = alphas[0] - alpha
    return lifts[0] - slope * below, drags[0] + _DRAG_RISE_BELOW * below * below


_LOWEST_DEG = -8.0          # assumed: the cambered nose separates below
_LEAST_DRAG = 0.06         # the smallest measured
_DRAG_RISE_BELOW = 0.0012   # per square degree; assumed: mirror of the measured rise above 3 deg


def _coefficients_at(
    rows: tuple[tuple[float, float, float], ...], alpha: float,
) -> tuple[float, float]:
    """Return the coefficients at an angle [deg] from -180 to 180."""
    last = rows[-1]
    before = rows[-2]
    slope = (last[1] - before[1]) / math.radians(last[0] - before[0])
    if _LOWEST_DEG <= alpha <= last[0]:
        return _measured(rows, alpha)
    if last[0] < alpha <= _STALL_DEG:
        return _separating(alpha, last, slope)
    if alpha > _STALL_DEG:
        edge = math.radians(_STALL_DEG)
        lift, drag = _separating(_STALL_DEG, last, slope)
        sign = 1.0
    else:
        edge = math.radians(-_LOWEST_DEG)
        lift, drag = _measured(rows, _LOWEST_DEG)
        sign, lift = -1.0, -lift
    angle = math.radians(sign * alpha)
    if angle <= math.pi / 2:
        there = _viterna(angle, edge, lift, drag)
    else:  # flow from the trailing edge: a bare plate
        normal = FLAT_PLATE_DRAG * math.sin(angle)
        there = normal * math.cos(angle), normal * math.sin(angle)
    return sign * there[0], max(there[1], _LEAST_DRAG)


def extended_polar(name: str) -> Polar:
    """
    Tabulate one polar over the whole circle.

    Between the measured points it is linear; from the last one to the stall angle the slope falls
    to zero; beyond, Viterna's flat plate.

    Raises
    ------
    KeyError
        An unknown name; :data:`POLARS` has them.

    """
    rows = {'us_fp': _US_FP, 'jp_f': _JP_F, 'computed': _COMPUTED}[name]
    grid = np.linspace(-180.0, 180.0, 360 * CELLS_PER_DEGREE + 1)
    values = np.array([_coefficients_at(rows, float(alpha)) for alpha in grid])
    return Polar(np.ascontiguousarray(values[:, 0]), np.ascontiguousarray(values[:, 1]),
                 MACH_OF_POLARS[name])

# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""
Corrections of a covariance by scalar measurements, with doubts that are considered.

Rows of ``P`` are the errors, shape (27, 27 + n): its columns beyond the errors tell how these go
together with n doubts that no measurement corrects (S. F. Schmidt 1966, "Application of
state-space methods to navigation problems"). Elements are named by both indices: a view of a row
counts its references, which takes longer than the sums of that row.
"""

from __future__ import annotations

import math
from typing import NamedTuple

from ingenuity_nodes.compiled.kernel import kernel
from ingenuity_nodes.navigation.propagation import Array, ERRORS


class Doubt(NamedTuple):
    """What one measurement sees of the doubts that are not estimated."""

    column: int          # which one, -1 for none
    gain: float          # how it moves the measurement
    variance: float


NO_DOUBT = Doubt(-1, 0.0, 0.0)


@kernel
def _along(P: Array, rows: int, width: int, H: Array, PH: Array) -> None:
    """Write ``H P``; errors come in threes, and most threes are not seen."""
    for i in range(width):
        PH[i] = 0.0
    for j in range(0, rows, 3):
        a, b, c = H[j], H[j + 1], H[j + 2]
        if a != 0.0 or b != 0.0 or c != 0.0:
            for i in range(width):
                PH[i] += a * P[j, i] + b * P[j + 1, i] + c * P[j + 2, i]


@kernel
def _dot(a: Array, b: Array, count: int) -> float:
    """Return ``a . b`` of the first ``count`` numbers, a multiple of three, in three sums."""
    x, y, z = 0.0, 0.0, 0.0
    for i in range(0, count, 3):
        x += a[i] * b[i]
        y += a[i + 1] * b[i + 1]
        z += a[i + 2] * b[i + 2]
    return float(x + y + z)


@kernel
def variance_of(P: Array, H: Array, doubt: Doubt, seen: int, work: Array) -> float:
    """Return the variance of a measurement whose row ``H`` is zero from ``seen`` on."""
    _along(P, seen, seen, H, work)
    total = 0.0
    if doubt.column >= 0:
        at = ERRORS + doubt.column
        for i in range(seen):
            total += 2.0 * H[i] * P[i, at]
        total = doubt.gain * (total + doubt.gain * doubt.variance)
    return float(total + _dot(H, work, seen))


@kernel
def covariance_with(P: Array, width: int, H: Array, doubt: Doubt, PH: Array) -> float:
    """Write the covariance of all with the measurement of row ``H``; return its variance."""
    _along(P, ERRORS, width, H, PH)
    total = 0.0
    if doubt.column >= 0:
        at = ERRORS + doubt.column
        for i in range(ERRORS):
            PH[i] += P[i, at] * doubt.gain
        PH[at] += doubt.variance * doubt.gain
        total = PH[at] * doubt.gain
    return float(total + _dot(H, PH, ERRORS))


@kernel
def update(
    P: Array, width: int, dx: Array, H: Array, doubt: Doubt, PH: Array, residual: float, R: float,
) -> None:
    """
    Take in one scalar measurement ``residual = H dx + gain * doubt + noise`` of variance ``R``.

    ``dx`` gathers the corrections of several measurements that were linearised at one state.
    """
    S = covariance_with(P, width, H, doubt, PH) + R
    _correct(dx, H, PH, width, residual, S)
    for i in range(ERRORS):
        a = PH[i]
        for j in range(width):
            # the same product for (i, j) and (j, i), so that P stays symmetric to the last bit
            P[i, j] -= a * PH[j]


@kernel
def update_pair(
    P: Array, width: int, dx: Array, H: Array, doubt: Doubt, PH: Array, residual: Array, R: float,
) -> None:
    """
    Take in two measurements, one after the other, in one pass over ``P``.

    The first one of ``H``, shape (2, 27), sees a doubt. ``PH``, shape (2, width), is written.
    """
    first, second = PH[0], PH[1]
    S = covariance_with(P, width, H[0], doubt, first) + R
    T = covariance_with(P, width, H[1], NO_DOUBT, second) + R
    # What the second one is worth once the first is known.
    both = _dot(H[1], first, ERRORS)
    share = both / S
    for i in range(width):
        second[i] -= share * first[i]
    T -= share * both
    _correct(dx, H[0], first, width, residual[0], S)
    _correct(dx, H[1], second, width, residual[1], T)
    for i in range(ERRORS):
        a, b = first[i], second[i]
        for j in range(width):
            P[i, j] -= a * first[j] + b * second[j]


@kernel
def _correct(dx: Array, H: Array, PH: Array, width: int, residual: float, S: float) -> None:
    """Correct the state by a measurement of variance ``S``; scale ``PH`` to be ``P`` 's loss."""
    scale = 1.0 / math.sqrt(S)
    residual -= _dot(H, dx, ERRORS)
    for i in range(width):
        PH[i] *= scale
    for i in range(ERRORS):
        dx[i] += PH[i] * scale * residual

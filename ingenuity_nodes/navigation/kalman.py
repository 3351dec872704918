# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""
Updates of a covariance by scalar measurements, with consider parameters.

Rows of ``P`` are the errors, shape (30, 30 + n): its columns beyond the errors are their
covariances with n parameters that no measurement corrects (S. F. Schmidt 1966, "Application of
state-space methods to navigation problems"). Elements are named by both indices: a view of a row
counts its references, which takes longer than the sums of that row.
"""

from __future__ import annotations

import math
from typing import NamedTuple

from ingenuity_nodes.compiled.kernel import kernel
from ingenuity_nodes.navigation.state import Array, ERRORS


class Correction(NamedTuple):
    """What measurements that are linearised at one state do to it, and its covariance."""

    P: Array      # (30, 30 + n)
    width: int    # columns of P in use
    dx: Array     # sum of the corrections (30,)
    PH: Array     # work, two rows as wide as P


class Consider(NamedTuple):
    """How one measurement depends on a parameter that is considered, not estimated."""

    column: int          # which one, -1 for none
    gain: float          # derivative of the measurement
    variance: float      # of the parameter


NO_PARAMETER = Consider(-1, 0.0, 0.0)


@kernel
def _along(P: Array, rows: int, width: int, H: Array, PH: Array) -> None:
    """Write ``H P``; errors come in threes, and most threes have no part in a measurement."""
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
def variance_of(P: Array, H: Array, consider: Consider, errors: int, PH: Array) -> float:
    """Return the variance of a measurement whose row ``H`` is zero from ``errors`` on."""
    _along(P, errors, errors, H, PH)
    total = 0.0
    if consider.column >= 0:
        column = ERRORS + consider.column
        for i in range(errors):
            total += 2.0 * H[i] * P[i, column]
        total = consider.gain * (total + consider.gain * consider.variance)
    return float(total + _dot(H, PH, errors))


@kernel
def covariance_with(P: Array, width: int, H: Array, consider: Consider, PH: Array) -> float:
    """Write the covariance of all with the measurement of row ``H``; return its variance."""
    _along(P, ERRORS, width, H, PH)
    total = 0.0
    if consider.column >= 0:
        column = ERRORS + consider.column
        for i in range(ERRORS):
            PH[i] += P[i, column] * consider.gain
        PH[column] += consider.variance * consider.gain
        total = PH[column] * consider.gain
    return float(total + _dot(H, PH, ERRORS))


@kernel
def update(
    correction: Correction, H: Array, consider: Consider, residual: float, R: float,
) -> None:
    """Update by one scalar ``residual = H dx + gain * parameter + noise`` of variance ``R``."""
    P, width, PH = correction.P, correction.width, correction.PH[0]
    S = covariance_with(P, width, H, consider, PH) + R
    _correct(correction, H, PH, residual, S)
    for i in range(ERRORS):
        a = PH[i]
        for j in range(width):
            # the same product for (i, j) and (j, i), so that P stays symmetric to the last bit
            P[i, j] -= a * PH[j]


@kernel
def update_pair(
    correction: Correction, H: Array, consider: Consider, residual: Array, R: float,
) -> None:
    """
    Update by two measurements, one after the other, in one pass over ``P``.

    The first one of ``H``, shape (2, 30), depends on a consider parameter.
    """
    P, width = correction.P, correction.width
    first, second = correction.PH[0], correction.PH[1]
    S_first = covariance_with(P, width, H[0], consider, first) + R
    S_alone = covariance_with(P, width, H[1], NO_PARAMETER, second) + R
    # The second one is worth less once the first is known.
    covariance = _dot(H[1], first, ERRORS)
    ratio = covariance / S_first
    for i in range(width):
        second[i] -= ratio * first[i]
    S_second = S_alone - ratio * covariance
    _correct(correction, H[0], first, residual[0], S_first)
    _correct(correction, H[1], second, residual[1], S_second)
    for i in range(ERRORS):
        a, b = first[i], second[i]
        for j in range(width):
            P[i, j] -= a * first[j] + b * second[j]


@kernel
def _correct(correction: Correction, H: Array, PH: Array, residual: float, S: float) -> None:
    """Correct the state by a measurement of variance ``S``; scale ``PH`` by its root."""
    dx, scale = correction.dx, 1.0 / math.sqrt(S)
    innovation = residual - _dot(H, dx, ERRORS)
    for i in range(correction.width):
        PH[i] *= scale
    for i in range(ERRORS):
        dx[i] += PH[i] * scale * innovation

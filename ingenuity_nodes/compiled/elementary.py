# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""
Elementary functions of arrays with the same bits on every CPU.

Numpy chooses among vector instructions by the CPU it finds, and with AVX-512 the last bit of its
exponentials, powers and arcs is another one. What trajectories depend on comes from the C library.
"""

from __future__ import annotations

from collections.abc import Callable
import math

import numpy as np
from numpy.typing import ArrayLike, NDArray


def each(function: Callable[[float], float], values: ArrayLike) -> NDArray[np.float64]:
    """Apply a function of one number, as of :mod:`math`, to each of an array."""
    array = np.asarray(values, dtype=np.float64)
    return np.array([function(value) for value in array.ravel().tolist()]).reshape(array.shape)


def geometric(low: float, high: float, count: int) -> NDArray[np.float64]:
    """Return ``count`` numbers from ``low`` to ``high``, each so many times the one before."""
    steps = [low * math.pow(high / low, k / (count - 1)) for k in range(1, count - 1)]
    return np.array([low, *steps, high])

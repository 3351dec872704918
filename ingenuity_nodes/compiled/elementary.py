# Copyright 2026 Ingenuity contributors
#
# Licensed under the Apache License, Version 2.0 (the "License");
# you may not use this file except in compliance with the License.
# You may obtain a copy of the License at
#
#     http://www.apache.org/licenses/LICENSE-2.0
#
# Unless required by applicable law or agreed to in writing, software
# distributed under the License is distributed on an "AS IS" BASIS,
# WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
# See the License for the specific language governing permissions and
# limitations under the License.
"""
Elementary functions of arrays with the same bits on every CPU.

Numpy chooses among vector instructions by the CPU it finds, and with AVX-512 the last bit of its
exponentials, powers and arcs is another one. What a trajectory hangs on comes from the C library.
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
    """Give ``count`` numbers from ``low`` to ``high``, each so many times the one before."""
    steps = [low * math.pow(high / low, k / (count - 1)) for k in range(1, count - 1)]
    return np.array([low, *steps, high])

# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""
Noise hashed from world coordinates: the same value in whatever order it is asked for.

Hashing an integer lattice needs no tables and no random state: processes agree to the last bit.
"""

from __future__ import annotations

import math

from ingenuity_nodes.compiled.kernel import kernel
import numpy as np

_A = np.uint64(0x9E3779B97F4A7C15)
_B = np.uint64(0xBF58476D1CE4E5B9)
_C = np.uint64(0x94D049BB133111EB)
_S30, _S27, _S31 = np.uint64(30), np.uint64(27), np.uint64(31)
_LOW = np.uint64(0xFFFFFFFF)
_S32 = np.uint64(32)
_TO_UNIT = 1.0 / 4294967296.0


@kernel(inline=True)
def mix(state: np.uint64) -> np.uint64:
    """Scramble 64 bits (the finaliser of SplitMix64, Steele et al. 2014)."""
    state = (state ^ (state >> _S30)) * _B
    state = (state ^ (state >> _S27)) * _C
    return state ^ (state >> _S31)


@kernel(inline=True)
def hash_cell(i: int, j: int, seed: int) -> np.uint64:
    """Hash one lattice cell and a seed to 64 well-mixed bits."""
    state = mix(np.uint64(seed) * _A + np.uint64(i))
    return np.uint64(mix(state * _A + np.uint64(j)))


@kernel(inline=True)
def unit_pair(bits: np.uint64) -> tuple[float, float]:
    """Return two numbers in 0..1 from the low and high half of a hash."""
    return (bits & _LOW) * _TO_UNIT, (bits >> _S32) * _TO_UNIT


@kernel(inline=True)
def _corner(i: int, j: int, seed: int, dx: float, dy: float) -> float:
    gx, gy = unit_pair(hash_cell(i, j, seed))
    return float((2.0 * gx - 1.0) * dx + (2.0 * gy - 1.0) * dy)


@kernel(inline=True)
def gradient_noise(x: float, y: float, seed: int) -> float:
    """Return smooth noise with feature size 1, zero mean, about +-0.5 (rms 0.2)."""
    fx, fy = math.floor(x), math.floor(y)
    i, j = int(fx), int(fy)
    u, v = x - fx, y - fy
    su = u * u * u * (u * (u * 6.0 - 15.0) + 10.0)
    sv = v * v * v * (v * (v * 6.0 - 15.0) + 10.0)
    low = _corner(i, j, seed, u, v) * (1.0 - su) + _corner(i + 1, j, seed, u - 1.0, v) * su
    high = (_corner(i, j + 1, seed, u, v - 1.0) * (1.0 - su)
            + _corner(i + 1, j + 1, seed, u - 1.0, v - 1.0) * su)
    return float(low * (1.0 - sv) + high * sv)


@kernel(inline=True)
def smoothstep(low: float, high: float, x: float) -> float:
    """Rise from 0 at ``low`` to 1 at ``high`` with flat ends."""
    t = min(1.0, max(0.0, (x - low) / (high - low)))
    return t * t * (3.0 - 2.0 * t)

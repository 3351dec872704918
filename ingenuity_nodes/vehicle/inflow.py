# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""
The induced flow through both rotors: momentum balance with the inertia of the air, ring by ring.

Each ring of each disk obeys ``m dv/dt = dT/dA - 2 rho F V v`` (per area; F Prandtl's tip loss, V
the flow that carries momentum away), which settles at blade-element momentum theory. The tilt of
the inflow over the disk has two more states per rotor, those of Pitt and Peters.
"""

from __future__ import annotations

import math

from ingenuity_nodes.compiled.kernel import kernel
from ingenuity_nodes.vehicle.rotors import PRANDTL_CELLS, PRANDTL_END, Record, STATIONS
import numpy as np
from numpy.typing import NDArray

# D. M. Pitt and D. A. Peters, "Theoretical prediction of dynamic-inflow derivatives",
# Vertica 5 (1981).
_SKEW = 15.0 * math.pi / 32.0
_TILT_MASS = 16.0 / (45.0 * math.pi)


@kernel
def tip_losses(
    c: Record, axial: NDArray[np.float64], omega: float, loss: NDArray[np.float64],
) -> None:
    """Find Prandtl's F at each station from the flow angle there: Leishman 2006, eq. 3.120."""
    scale = PRANDTL_CELLS / PRANDTL_END
    for j in range(STATIONS):
        slope = abs(axial[j]) / (omega * c.r[j] + 1e-9)
        slope = slope if slope > 0.01 else 0.01   # keeps F defined where nothing flows
        loss[j] = scale * math.sqrt(c.to_tip[j] * math.sqrt(1.0 + slope * slope) / slope)
    for j in range(STATIONS):
        at = min(loss[j], PRANDTL_CELLS - 0.001)
        cell = int(at)
        loss[j] = c.prandtl[cell] + (at - cell) * (c.prandtl[cell + 1] - c.prandtl[cell])


@kernel
def descent_correction(climb: float, induced: float, edgewise2: float) -> float:
    """
    Flow to add, squared, where simple momentum theory fails: sinking into the own wake [m^2/s^2].

    The steady induced flow of the measured curve v/v_h = 1 - 1.125 x - 1.372 x^2 - 1.718 x^3
    - 0.655 x^4 (x = climb / v_h from -2 to 0; Leishman 2006, eq. 2.96), written over
    s = climb / v, and fading out with edgewise speed, which blows the rings away.
    """
    if induced <= 0.0 or climb >= 0.0 or climb <= -1.95 * induced:
        return 0.0
    s = climb / induced
    x = s   # solve s = x / y(x) by Newton's method: four steps are exact to 1e-6 here
    for _ in range(6):
        y = 1.0 + x * (-1.125 + x * (-1.372 + x * (-1.718 - 0.655 * x)))
        slope = -1.125 + x * (-2.744 + x * (-5.154 - 2.62 * x))
        x = min(0.0, max(-2.0, x - (x - s * y) / (1.0 - s * slope)))
    y = 1.0 + x * (-1.125 + x * (-1.372 + x * (-1.718 - 0.655 * x)))
    wanted = 1.0 / (y * y)
    fade = max(0.0, 1.0 - edgewise2 / (induced * induced))
    return fade * induced * induced * (wanted * wanted - (1.0 + s) ** 2)


@kernel
def ground_effect(c: Record, height: float, edgewise: float, down: float) -> float:
    """
    Share of the induced flow that is left at a height above the ground.

    References
    ----------
    I. C. Cheeseman and W. E. Bennett, ARC R&M 3021 (1955), eq. 4, with the flow's slant.

    """
    if height > 4.0 * c.radius:
        return 1.0
    z = max(height, 0.5 * c.radius)   # the formula's measured range ends there
    slant = edgewise * edgewise / (down * down + 1e-6)
    return float(1.0 - (c.radius / (4.0 * z)) ** 2 / (1.0 + slant))


@kernel
def flow_through(
    c: Record, v: NDArray[np.float64], loss: NDArray[np.float64], flow: NDArray[np.float64],
) -> None:
    """Add to each rotor's own induced flow what the other one sends it, shapes (2, stations)."""
    for j in range(STATIONS):
        flow[0, j] = v[0, j] + c.lower_on_upper * loss[1, j] * v[1, j]
        received = 0.0
        for k in range(STATIONS):
            received += c.wake[j, k] * loss[0, k] * v[0, k]
        flow[1, j] = v[1, j] + received


@kernel
def swirl_below(
    c: Record, turn: NDArray[np.float64], flow: NDArray[np.float64], climb: float,
    swirl: NDArray[np.float64],
) -> None:
    """
    Find the rotation of the upper rotor's wake as the lower one meets it at its stations [m/s].

    The angular momentum carried away by each ring is its torque; the narrower wake turns faster.
    """
    for j in range(STATIONS):
        swirl[j] = 0.0
        for k in range(STATIONS):
            through = max(abs(climb + flow[k]), 2.0)   # no wake to speak of below
            swirl[j] += c.wake[j, k] * c.contraction * turn[k] / (through * c.ring[k] * c.r[k])


@kernel
def advance_rings(
    c: Record, v: NDArray[np.float64], loss: NDArray[np.float64], flow: NDArray[np.float64],
    lift: NDArray[np.float64], u: NDArray[np.float64], omega: float, dt: float,
    work: NDArray[np.float64],
) -> None:
    """Advance the induced flow of one rotor's rings by ``dt``; implicit in the outflow."""
    edgewise2, climb = u[0] * u[0] + u[1] * u[1], u[2]
    axial, through = work[0], work[1]
    for j in range(STATIONS):
        axial[j] = climb + flow[j]
        through[j] = edgewise2 + axial[j] * axial[j]
    if climb < 0.0:
        for j in range(STATIONS):
            through[j] = max(0.0, through[j] + descent_correction(climb, flow[j], edgewise2))
    if c.tip_loss != 0.0:
        tip_losses(c, axial, omega, loss)
    for j in range(STATIONS):
        carried = 2.0 * loss[j] * math.sqrt(through[j])
        v[j] = (v[j] + dt * lift[j] * c.per_ring[j]) / (1.0 + dt * carried * c.per_apparent[j])


@kernel
def advance_tilt(
    c: Record, g: NDArray[np.float64], mean: float, u: NDArray[np.float64],
    moment_x: float, moment_y: float, dt: float,
) -> None:
    """Advance the slopes of one rotor's inflow; moments are those of its lift, per density."""
    down = u[2] + mean
    total = math.sqrt(u[0] * u[0] + u[1] * u[1] + down * down)
    reach = max(total + abs(down), 0.5)
    ex, ey = u[0] / reach, u[1] / reach      # tan(chi / 2) along the way the hub moves
    skew2 = ex * ex + ey * ey
    carried = max((u[0] * u[0] + u[1] * u[1] + abs(down * (down + mean))) / max(total, 0.5), 0.5)
    scale = 1.0 / (math.pi * c.radius ** 3 * carried)
    mx, my = -moment_y * scale, moment_x * scale
    along = mx * ex + my * ey
    want_x = -_SKEW * mean * ex + 2.0 * (1.0 + skew2) * mx - 4.0 * along * ex
    want_y = -_SKEW * mean * ey + 2.0 * (1.0 + skew2) * my - 4.0 * along * ey
    lag = _TILT_MASS * 2.0 * (1.0 + skew2) * c.radius / carried
    gain = dt / (lag + dt)
    g[0] += gain * (want_x - g[0])
    g[1] += gain * (want_y - g[1])

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

from ingenuity_nodes.compiled.kernel import kernel, Record
from ingenuity_nodes.vehicle.rotors import PRANDTL_CELLS, PRANDTL_END, STATIONS

# D. M. Pitt and D. A. Peters, "Theoretical prediction of dynamic-inflow derivatives",
# Vertica 5 (1981).
_SKEW = 15.0 * math.pi / 32.0
_TILT_MASS = 16.0 / (45.0 * math.pi)


@kernel
def tip_losses(c: Record, rotor: Record, work: Record) -> None:
    """Find Prandtl's F at each station from the flow angle there: Leishman 2006, eq. 3.120."""
    scale = PRANDTL_CELLS / PRANDTL_END
    cells, tip_loss = work.prandtl_cell, rotor.tip_loss
    for j in range(STATIONS):
        slope = abs(work.axial[j]) / (rotor.omega * c.r[j] + 1e-9)
        slope = slope if slope > 0.01 else 0.01   # keeps F defined where nothing flows
        cells[j] = scale * math.sqrt(c.to_tip[j] * math.sqrt(1.0 + slope * slope) / slope)
    for j in range(STATIONS):
        within = min(cells[j], PRANDTL_CELLS - 0.001)
        cell = int(within)
        tip_loss[j] = c.prandtl[cell] + (within - cell) * (c.prandtl[cell + 1] - c.prandtl[cell])


@kernel
def descent_correction(climb: float, induced: float, edgewise2: float) -> float:
    """
    Return the flow to add, squared, when sinking into the own wake [m^2/s^2].

    Simple momentum theory fails there. The steady induced flow is that of the measured curve
    v/v_h = 1 - 1.125 x - 1.372 x^2 - 1.718 x^3 - 0.655 x^4 (x = climb / v_h from -2 to 0;
    Leishman 2006, eq. 2.96), written over s = climb / v. The correction fades out with edgewise
    speed, which blows the rings away.
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
    Return the induced flow at a height above the ground, over that far from it.

    References
    ----------
    I. C. Cheeseman and W. E. Bennett, ARC R&M 3021 (1955), eq. 4, for an inclined flow.

    """
    if height > 4.0 * c.radius:
        return 1.0
    z = max(height, 0.5 * c.radius)   # the formula's measured range ends there
    skew2 = edgewise * edgewise / (down * down + 1e-6)
    return float(1.0 - (c.radius / (4.0 * z)) ** 2 / (1.0 + skew2))


@kernel
def flow_through(c: Record, upper: Record, lower: Record) -> None:
    """Add to each rotor's own induced flow what the other one contributes."""
    for j in range(STATIONS):
        upper.flow[j] = upper.v_i[j] + c.lower_on_upper * lower.tip_loss[j] * lower.v_i[j]
        received = 0.0
        for k in range(STATIONS):
            received += c.wake[j, k] * upper.tip_loss[k] * upper.v_i[k]
        lower.flow[j] = lower.v_i[j] + received


@kernel
def swirl_below(c: Record, upper: Record, lower: Record) -> None:
    """
    Find the rotation of the upper rotor's wake as the lower one meets it at its stations [m/s].

    The angular momentum carried away by each ring is its torque; the narrower wake turns faster.
    """
    climb, torque, swirl = upper.u_B[2], upper.ring_torque, lower.swirl
    for j in range(STATIONS):
        swirl[j] = 0.0
        for k in range(STATIONS):
            through = max(abs(climb + upper.flow[k]), 2.0)   # slower, there is no wake to speak of
            swirl[j] += c.wake[j, k] * c.contraction * torque[k] / (through * c.ring[k] * c.r[k])


@kernel
def advance_rings(c: Record, rotor: Record, dt: float, work: Record) -> None:
    """Advance the induced flow of one rotor's rings by ``dt``; implicit in the outflow."""
    u_B, flow, v_i = rotor.u_B, rotor.flow, rotor.v_i
    edgewise2, climb = u_B[0] * u_B[0] + u_B[1] * u_B[1], u_B[2]
    axial, carried2 = work.axial, work.carried2
    for j in range(STATIONS):
        axial[j] = climb + flow[j]
        carried2[j] = edgewise2 + axial[j] * axial[j]
    if climb < 0.0:
        for j in range(STATIONS):
            carried2[j] = max(0.0, carried2[j] + descent_correction(climb, flow[j], edgewise2))
    if c.tip_loss != 0.0:
        tip_losses(c, rotor, work)
    for j in range(STATIONS):
        outflow = 2.0 * rotor.tip_loss[j] * math.sqrt(carried2[j])
        v_i[j] = ((v_i[j] + dt * rotor.ring_thrust[j] * c.per_ring[j])
                  / (1.0 + dt * outflow * c.per_apparent[j]))


@kernel
def advance_tilt(c: Record, rotor: Record, dt: float) -> None:
    """Advance the slopes of one rotor's inflow under the moments of its lift."""
    u_B, mean, slopes = rotor.u_B, rotor.mean_flow, rotor.slopes
    edgewise2, down = u_B[0] * u_B[0] + u_B[1] * u_B[1], u_B[2] + mean
    total = math.sqrt(edgewise2 + down * down)
    through = max(total + abs(down), 0.5)
    ex, ey = u_B[0] / through, u_B[1] / through   # tan(chi / 2) along the motion of the hub
    skew2 = ex * ex + ey * ey
    carried = max((edgewise2 + abs(down * (down + mean))) / max(total, 0.5), 0.5)
    scale = 1.0 / (math.pi * c.radius ** 3 * carried)
    mx, my = -rotor.moment[1] * scale, rotor.moment[0] * scale
    along = mx * ex + my * ey
    steady_x = -_SKEW * mean * ex + 2.0 * (1.0 + skew2) * mx - 4.0 * along * ex
    steady_y = -_SKEW * mean * ey + 2.0 * (1.0 + skew2) * my - 4.0 * along * ey
    lag = _TILT_MASS * 2.0 * (1.0 + skew2) * c.radius / carried
    gain = dt / (lag + dt)
    slopes[0] += gain * (steady_x - slopes[0])
    slopes[1] += gain * (steady_y - slopes[1])

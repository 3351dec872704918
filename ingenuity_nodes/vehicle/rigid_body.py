# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""
Motion of the aircraft as one rigid body with two spinning rotors in it.

The state is that of the mass centre; ``B`` axes are taken as principal axes. The rotors add the
angular momentum ``h_z`` along body z, which turns with the body.
"""

from __future__ import annotations

from ingenuity_nodes.compiled.kernel import kernel, Record
from ingenuity_nodes.compiled.rotations import normalise
from ingenuity_nodes.world.mars import GRAVITY
import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


# Force and moment about the mass centre without gravity, angular momentum of the rotors [N m s].
WRENCH = np.dtype([('F_B', 'f8', (3,)), ('tau_B', 'f8', (3,)), ('h_z', 'f8')], align=True)


@kernel
def _rates(body: Record, x: Array, wrench: Record, out: Array) -> None:
    """Write the derivatives of a body state."""
    mass, inertia, force, moment = body.mass, body.inertia, wrench.F_B, wrench.tau_B
    qw, qx, qy, qz = x[6], x[7], x[8], x[9]
    wx, wy, wz = x[10], x[11], x[12]
    out[0], out[1], out[2] = x[3], x[4], x[5]
    fx, fy, fz = force[0] / mass, force[1] / mass, force[2] / mass
    tx, ty, tz = 2 * (qy * fz - qz * fy), 2 * (qz * fx - qx * fz), 2 * (qx * fy - qy * fx)
    out[3] = fx + qw * tx + qy * tz - qz * ty
    out[4] = fy + qw * ty + qz * tx - qx * tz
    out[5] = fz + qw * tz + qx * ty - qy * tx - GRAVITY
    out[6] = -0.5 * (qx * wx + qy * wy + qz * wz)
    out[7] = 0.5 * (qw * wx + qy * wz - qz * wy)
    out[8] = 0.5 * (qw * wy + qz * wx - qx * wz)
    out[9] = 0.5 * (qw * wz + qx * wy - qy * wx)
    hx, hy, hz = inertia[0] * wx, inertia[1] * wy, inertia[2] * wz + wrench.h_z
    out[10] = (moment[0] - (wy * hz - wz * hy)) / inertia[0]
    out[11] = (moment[1] - (wz * hx - wx * hz)) / inertia[1]
    out[12] = (moment[2] - (wx * hy - wy * hx)) / inertia[2]


@kernel
def fly(body: Record, x: Array, wrench: Record, dt: float, scratch: Array) -> None:
    """
    Advance a body state by ``dt`` with force and moment fixed in the body: Runge-Kutta, order 4.

    Parameters
    ----------
    body
        Mass [kg] and principal moments of inertia [kg m^2].
    x
        In and out, shape (13,): position, velocity [M], quaternion wxyz, body rate [B].
    wrench
        What acts on it, a record of :data:`WRENCH`.
    dt
        Length of the step [s].
    scratch
        Work space, shape (3, 13).

    """
    rates, stage_x, total = scratch[0], scratch[1], scratch[2]
    for i in range(13):
        stage_x[i], total[i] = x[i], 0.0
    for stage in range(4):
        _rates(body, stage_x, wrench, rates)
        weight = 1.0 if stage == 0 or stage == 3 else 2.0
        ahead = dt if stage == 2 else 0.5 * dt
        for i in range(13):
            total[i] += weight * rates[i]
            stage_x[i] = x[i] + ahead * rates[i]
    for i in range(13):
        x[i] += dt / 6.0 * total[i]
    normalise(x[6:10])


@kernel
def slide(body: Record, x: Array, wrench: Record, dt: float, scratch: Array) -> None:
    """Advance as :func:`fly`, velocities first: order 1, but stiff springs never gain energy."""
    rates = scratch[0]
    _rates(body, x, wrench, rates)
    for i in range(3):
        x[3 + i] += dt * rates[3 + i]
        x[10 + i] += dt * rates[10 + i]
    _rates(body, x, wrench, rates)
    for i in range(3):
        x[i] += dt * rates[i]
    for i in range(6, 10):
        x[i] += dt * rates[i]
    normalise(x[6:10])

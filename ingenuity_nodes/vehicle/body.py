# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""
Mass budget and drag of everything that does not turn.

Mass centre and inertia of Ingenuity were never published; they follow here from a budget of simple
solids that adds up to the published 1.8 kg.
"""

from __future__ import annotations

from dataclasses import dataclass
import math
from typing import NamedTuple

from ingenuity_nodes.compiled.entry import entry_point, floats
from ingenuity_nodes.compiled.kernel import kernel, Record
from ingenuity_nodes.frames import Vector3
from ingenuity_nodes.parameters import quantity
from ingenuity_nodes.vehicle.rigid_body import WRENCH
import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


class Part(NamedTuple):
    """A box: mass [kg], centre and edge lengths in the body [m]."""

    name: str
    mass: float
    centre: tuple[float, float, float]
    size: tuple[float, float, float]


def _legs() -> tuple[Part, ...]:
    # A slanting tube has the inertia of its bounding box's diagonal; the box is close enough.
    return tuple(
        Part(f'leg {k}', 0.060, (a * 0.175, b * 0.175, -0.145), (0.235, 0.235, 0.245))
        for k, (a, b) in enumerate(((1, 1), (1, -1), (-1, -1), (-1, 1))))


# Assumed throughout, but for the total (1.8 kg, NASA), the battery (273 g, six Sony VTC4), the box
# (20 x 14 x 16 cm, NASA) and the heights of the rotors (meshes of nasa-jpl/m2020-urdf-models).
MASS_BUDGET = (
    Part('fuselage with electronics and cameras', 0.647, (0.0, 0.0, -0.02), (0.20, 0.14, 0.16)),
    Part('battery', 0.273, (0.0, 0.0, -0.03), (0.12, 0.10, 0.07)),
    Part('lower motor, swashplate, servos', 0.150, (0.0, 0.0, 0.075), (0.06, 0.06, 0.06)),
    Part('upper motor, swashplate, servos', 0.150, (0.0, 0.0, 0.145), (0.06, 0.06, 0.06)),
    Part('mast', 0.050, (0.0, 0.0, 0.10), (0.02, 0.02, 0.22)),
    Part('solar panel and antenna', 0.090, (0.0, 0.0, 0.205), (0.165, 0.425, 0.01)),
    *_legs(),
    # Blades turn, so only their inertia across the axis moves with the body: seen so, a square
    # plate of radius of gyration 0.29 m / sqrt(2) about each side. Their part about the axis
    # belongs to the rotors.
    Part('lower rotor', 0.100, (0.0, 0.0, 0.061), (0.71, 0.71, 0.0)),
    Part('upper rotor', 0.100, (0.0, 0.0, 0.160), (0.71, 0.71, 0.0)),
)


class MassProperties(NamedTuple):
    """Mass [kg], mass centre from the body origin [m], principal moments about it [kg m^2]."""

    mass: float
    p_BG: Vector3
    inertia: Vector3


def mass_properties(parts: tuple[Part, ...] = MASS_BUDGET) -> MassProperties:
    """Add the parts up; rotors do not count about the vertical axis, on which they turn freely."""
    masses = np.array([part.mass for part in parts])
    centres = np.array([part.centre for part in parts])
    sizes = np.array([part.size for part in parts])
    p_BG = masses @ centres / masses.sum()
    arms = centres - p_BG
    inertia = np.zeros(3)
    for part, mass, arm, size in zip(parts, masses, arms, sizes, strict=True):
        for axis in range(3):
            if axis == 2 and part.name.endswith('rotor'):
                continue
            a, b = (axis + 1) % 3, (axis + 2) % 3
            inertia[axis] += mass * (
                arm[a] ** 2 + arm[b] ** 2 + (size[a] ** 2 + size[b] ** 2) / 12.0)
    return MassProperties(float(masses.sum()), p_BG, inertia)


@dataclass(frozen=True)
class BodyParameters:
    """Mass and drag of the airframe."""

    mass: float = quantity(1.8, 'kg', 'mass', low=0.5, high=10.0, source='NASA')
    mass_centre: tuple[float, float, float] = quantity(
        (0.0, 0.0, 0.0126), 'm', 'mass centre from the body origin', low=-0.5, high=0.5,
        source='derived from the mass budget in vehicle/body.py')
    inertia: tuple[float, float, float] = quantity(
        (0.0390, 0.0391, 0.0224), 'kg m^2', 'principal moments about the mass centre',
        low=1e-4, high=10.0, source='derived from the mass budget in vehicle/body.py')
    fuselage_drag: tuple[float, float, float] = quantity(
        (0.027, 0.037, 0.034), 'm^2', 'drag areas of the box, along forward, left, up',
        low=0.0, high=1.0,
        source='derived: faces 14 x 16, 20 x 16, 20 x 14 cm; 1.2, 1.15, 1.2 (Hoerner)')
    fuselage_downwash: float = quantity(
        0.7, '1', 'fraction of the mean flow of the lower rotor that the box meets',
        low=0.0, high=3.0,
        source='assumed: the box hides below the slow inner ring of the rotor')
    leg_drag: tuple[float, float, float] = quantity(
        (0.024, 0.024, 0.020), 'm^2', 'drag areas of the four legs, along forward, left, up',
        low=0.0, high=1.0,
        source='assumed: 4 tubes of 0.40 m x 11 mm, 1.5 at Reynolds number 150 (Hoerner)')
    leg_downwash: float = quantity(
        1.3, '1', 'fraction of the mean flow of the lower rotor that the legs meet',
        low=0.0, high=3.0,
        source='derived: vortex cylinder 0.2 to 0.5 R below the rotor, 1 + z / sqrt(z^2 + R^2)')
    mast_drag: tuple[float, float, float] = quantity(
        (0.012, 0.009, 0.0), 'm^2', 'drag areas of mast, motors, panel, along forward, left, up',
        low=0.0, high=1.0,
        source='assumed: 5 cm x 14 cm of mast and motors, panel edge 43 x 1 cm; 1.2')


BODY = np.dtype([
    ('mass', 'f8'), ('p_BG', 'f8', (3,)), ('inertia', 'f8', (3,)),
    ('area', 'f8', (3, 3)), ('height', 'f8', (3,)), ('downwash', 'f8', (3,)),
], align=True)


def body_constants(parameters: BodyParameters) -> NDArray[np.void]:
    """Lay mass and drag out for compiled code, shape (1,)."""
    out = np.zeros(1, BODY)
    one = out[0]
    one['mass'], one['p_BG'] = parameters.mass, parameters.mass_centre
    one['inertia'] = parameters.inertia
    one['area'] = parameters.fuselage_drag, parameters.leg_drag, parameters.mast_drag
    # Where the three parts' drag acts: middle of the box, of the legs, of the mast.
    one['height'] = np.array([-0.02, -0.145, 0.13]) - parameters.mass_centre[2]
    one['downwash'] = parameters.fuselage_downwash, parameters.leg_downwash, 0.0
    return out


@kernel
def drag_loads(
    body: Record, density: float, u_B: Array, w_MB_B: Array, down: float, wrench: Record,
) -> None:
    """
    Add the drag of box, legs and mast.

    Parameters
    ----------
    body
        Constants, a record of :data:`BODY`.
    density
        Of the air [kg/m^3].
    u_B, w_MB_B
        Velocity of the mass centre through the air [m/s] and body rate [rad/s].
    down
        Mean downward flow below the lower rotor [m/s].
    wrench
        In and out: what acts on the body, a record of :data:`WRENCH`.

    """
    for part in range(3):
        z = body.height[part]
        ux, uy = u_B[0] + w_MB_B[1] * z, u_B[1] - w_MB_B[0] * z
        uz = u_B[2] + body.downwash[part] * down
        speed = math.sqrt(ux * ux + uy * uy + uz * uz)
        scale = -0.5 * density * speed
        area = body.area[part]
        fx, fy, fz = scale * area[0] * ux, scale * area[1] * uy, scale * area[2] * uz
        wrench.F_B[0] += fx
        wrench.F_B[1] += fy
        wrench.F_B[2] += fz
        wrench.tau_B[0] -= z * fy
        wrench.tau_B[1] += z * fx


def drag_by_part(
    constants: NDArray[np.void], density: float, u_B: Array, down: float,
) -> tuple[Array, Array]:
    """Split the drag into box, legs and mast, shape (3, 3) [N]; and their moment, (3,) [N m]."""
    u_B, forces, moment = floats('u_B', u_B, (3,)), np.zeros((3, 3)), np.zeros(3)
    wrench = np.zeros(1, WRENCH)
    drag = entry_point(_drag, constants, 0.0, u_B, 0.0, wrench)
    for part in range(3):
        alone = constants.copy()
        for other in {0, 1, 2} - {part}:
            alone['area'][0, other] = 0.0
        wrench[:] = 0
        drag(alone, density, u_B, down, wrench)
        forces[part] = wrench['F_B'][0]
        moment += wrench['tau_B'][0]
    return forces, moment


@kernel
def _drag(
    constants: NDArray[np.void], density: float, u_B: Array, down: float, wrench: NDArray[np.void],
) -> None:
    drag_loads(constants[0], density, u_B, np.zeros(3), down, wrench[0])

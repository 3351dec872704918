# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""
Two coaxial rotors by blade elements: forces, moments and torque from blade angles and air flow.

The loads are averaged over one turn: elements stand at fixed azimuths (from the body's nose,
counter-clockwise seen from above, for both rotors) and each carries its part of the blades. The
two-per-turn vibration of two-bladed rotors is therefore absent. All loads are per unit of density.

Seen from above, the upper rotor turns counter-clockwise, the lower one clockwise (assumed: no
source found). The rotors push the body the other way: more collective on the upper rotor yaws
the nose clockwise, to the right.
"""

from __future__ import annotations

from dataclasses import dataclass
import math

from ingenuity_nodes.compiled.elementary import each
from ingenuity_nodes.compiled.kernel import kernel, Record
from ingenuity_nodes.parameters import quantity
from ingenuity_nodes.vehicle.airfoil import CELLS_PER_DEGREE, extended_polar
import numpy as np
from numpy.typing import NDArray

STATIONS = 8    # along the blade, Gauss-Legendre points
AZIMUTHS = 8    # round the turn
ELEMENTS = STATIONS * AZIMUTHS
BLADES = 2      # per rotor
PRANDTL_CELLS, PRANDTL_END = 256, 3.0   # tabulated over sqrt(f), in which F is smooth

# NASA/TM-20240001510 table 2: r/R, chord/R, twist [deg], thickness/chord.
BLADE = np.array([
    (.0908, .0506, 16.316, .973), (.1158, .0631, 16.716, .707), (.1551, .0967, 17.316, .391),
    (.2000, .1407, 17.616, .220), (.2472, .1758, 17.216, .140), (.2950, .1968, 15.916, .098),
    (.3429, .2021, 14.142, .074), (.3903, .1968, 12.067, .060), (.4369, .1863, 10.703, .052),
    (.4826, .1743, 9.495, .050), (.5271, .1627, 8.433, .050), (.5704, .1530, 7.486, .050),
    (.6121, .1446, 6.632, .050), (.6523, .1375, 5.858, .050), (.6908, .1314, 5.156, .050),
    (.7274, .1259, 4.512, .050), (.7621, .1209, 3.926, .050), (.7947, .1160, 3.388, .050),
    (.8252, .1111, 2.901, .050), (.8535, .1058, 2.461, .050), (.8794, .1001, 2.061, .050),
    (.9030, .0935, 1.706, .050), (.9241, .0860, 1.390, .050), (.9427, .0775, 1.117, .050),
    (.9588, .0679, 0.881, .050), (.9722, .0573, 0.543, .050), (.9830, .0460, 0.179, .050),
    (.9912, .0341, 0.057, .050), (.9966, .0223, 0.019, .050), (1.0, .0123, 0.0, .050)])


@dataclass(frozen=True)
class RotorParameters:
    """Both rotors and the air they push."""

    radius: float = quantity(
        0.605, 'm', 'rotor radius', low=0.1, high=5.0, source='NASA/TM-20240001510')
    height_upper: float = quantity(
        0.160, 'm', 'upper rotor plane above the body origin', low=0.0, high=1.0,
        source='derived from the leg and blade meshes of nasa-jpl/m2020-urdf-models')
    height_lower: float = quantity(
        0.061, 'm', 'lower rotor plane above the body origin', low=0.0, high=1.0,
        source='NASA/TM-20240001510: 0.099 m below the upper')
    polar: str = quantity(
        'us_fp', '1', 'measured polar of the section: us_fp, jp_f; or computed',
        source='NASA/TM-20240004230 tables A.1, A.2')
    lift_scale: float = quantity(
        1.0, '1', 'factor on the lift of the polar', low=0.5, high=1.5,
        source='assumed: 1, the polar as measured; campaigns disperse it')
    drag_scale: float = quantity(
        1.0, '1', 'factor on the drag of the polar', low=0.5, high=2.0,
        source='assumed: 1, the polar as measured; campaigns disperse it')
    tip_loss: bool = quantity(
        True, '1', "Prandtl's tip loss in the momentum balance", source='Leishman 2006, eq. 3.120')
    wake_contraction: float = quantity(
        0.84, '1', "radius of the upper rotor's wake at the lower rotor, in rotor radii",
        low=0.7, high=1.0, source='Landgrebe 1972 wake geometry at CT/sigma 0.09, 0.164 R below')
    lower_on_upper: float = quantity(
        0.2, '1', "fraction of the lower rotor's induced flow that the upper one meets",
        low=0.0, high=1.0,
        source='assumed: the upper rotor then carries 55 % at equal torques, as coaxial rotors do'
        ' in measurements and free-wake solutions (Leishman and Syal 2008); a vortex cylinder'
        ' gives 0.84 as the upper bound')
    prandtl_glauert: bool = quantity(
        False, '1', 'scale lift from the Mach number of the polar to the local one',
        source='assumed: off, as the polar was measured at the working Mach number and nothing'
        ' measured shows how it changes at this Reynolds number; on, it costs 8 W in hover')
    drag_rise_mach: float = quantity(
        0.75, '1', 'Mach number where drag starts to rise', low=0.5, high=1.0,
        source='assumed: 5 % thick section at lift coefficient 0.6')
    flap_lag: float = quantity(
        0.004, 's', 'lag of the hub moment behind the air load', low=0.0, high=0.1,
        source='assumed: 1 / ((nu - 1) Omega), stiff blades with nu near 2 per turn')
    inertia: float = quantity(
        0.0065, 'kg m^2', 'of one rotor about its axis', low=1e-4, high=1.0,
        source='assumed: two blades of 35 g with radius of gyration 0.29 m, plus hub')


ROTORS = np.dtype([
    ('radius', 'f8'), ('disk_area', 'f8'), ('height', 'f8', (2,)),
    ('r', 'f8', (STATIONS,)), ('chord', 'f8', (STATIONS,)), ('twist', 'f8', (STATIONS,)),
    ('dr', 'f8', (STATIONS,)), ('ring', 'f8', (STATIONS,)), ('per_apparent', 'f8', (STATIONS,)),
    ('per_ring', 'f8', (STATIONS,)), ('to_tip', 'f8', (STATIONS,)),
    ('lifting', 'f8', (STATIONS,)), ('area', 'f8', (STATIONS,)),
    ('wake', 'f8', (STATIONS, STATIONS)),
    ('contraction', 'f8'),
    ('cos', 'f8', (AZIMUTHS,)), ('sin', 'f8', (AZIMUTHS,)),
    ('lift', 'f8', (360 * CELLS_PER_DEGREE + 1,)), ('drag', 'f8', (360 * CELLS_PER_DEGREE + 1,)),
    ('polar_beta', 'f8'), ('drag_rise_mach', 'f8'), ('lower_on_upper', 'f8'), ('tip_loss', 'f8'),
    ('prandtl', 'f8', (PRANDTL_CELLS + 1,)),
    ('flap_lag', 'f8'), ('inertia', 'f8'),
], align=True)

# Of one rotor. Loads are per unit of density, averaged over a turn.
ROTOR_STATE = np.dtype([
    ('direction', 'f8'),               # 1 turns counter-clockwise seen from above, -1 clockwise
    ('omega', 'f8'), ('angle', 'f8'),  # rotor speed [rad/s], angle turned [rad]
    ('blade', 'f8', (3,)),             # collective at 0.75 R, cyclic longitudinal, lateral [rad]
    ('u_B', 'f8', (3,)),               # velocity of the hub through the air [m/s]
    # At each station [m/s]: own induced velocity; with that of the other rotor, downward; rotation
    # of the air against the blades. Prandtl's F.
    ('v_i', 'f8', (STATIONS,)), ('flow', 'f8', (STATIONS,)), ('swirl', 'f8', (STATIONS,)),
    ('tip_loss', 'f8', (STATIONS,)),
    ('slopes', 'f8', (2,)),            # adds (slopes[0] cos + slopes[1] sin) r/R of flow [m/s]
    ('mean_flow', 'f8'),               # over the disk [m/s]
    ('ground_ratio', 'f8'),            # induced flow near the ground over that far from it
    ('ring_thrust', 'f8', (STATIONS,)), ('ring_torque', 'f8', (STATIONS,)),
    # force [N], hub moment x, y [N m], torque against the rotation [N m], per density
    ('force', 'f8', (3,)), ('moment', 'f8', (2,)), ('torque', 'f8'),
    ('thrust', 'f8'), ('hub_moment', 'f8', (2,)),   # on the aircraft [N], lagged [N m]
], align=True)

# What the blade elements of one rotor are computed in, reused by the other.
BLADE_WORK = np.dtype([
    # flow along and across the blade [m/s], pitch plus 180 [deg]
    ('u_t', 'f8', (ELEMENTS,)), ('u_p', 'f8', (ELEMENTS,)), ('pitch', 'f8', (ELEMENTS,)),
    ('polar_cell', 'f8', (ELEMENTS,)),   # angle of attack, in cells of the polar table
    ('cl', 'f8', (ELEMENTS,)), ('cd', 'f8', (ELEMENTS,)),   # times half the blade area [m^2]
    ('f_z', 'f8', (ELEMENTS,)), ('f_t', 'f8', (ELEMENTS,)),   # up, against the rotation
    # flow through the rings and what carries momentum away, squared
    ('axial', 'f8', (STATIONS,)), ('carried2', 'f8', (STATIONS,)),
    ('prandtl_cell', 'f8', (STATIONS,)),   # Prandtl's sqrt(f), in cells of its table
], align=True)


def section(r: NDArray[np.float64], column: int) -> NDArray[np.float64]:
    """Interpolate a column of the blade table at radii given in rotor radii."""
    return np.asarray(np.interp(r, BLADE[:, 0], BLADE[:, column]))


def rotor_constants(parameters: RotorParameters) -> NDArray[np.void]:
    """Lay the blade table, quadrature and polar out for compiled code, shape (1,)."""
    out = np.zeros(1, ROTORS)
    one = out[0]
    radius = parameters.radius
    nodes, weights = np.polynomial.legendre.leggauss(STATIONS)
    root = BLADE[0, 0]
    x = root + (1.0 - root) * (nodes + 1.0) / 2.0
    one['radius'], one['disk_area'] = radius, math.pi * radius ** 2
    one['height'] = parameters.height_upper, parameters.height_lower
    one['r'], one['chord'] = x * radius, section(x, 1) * radius
    one['twist'] = np.radians(section(x, 2) - section(np.array([0.75]), 2))
    one['dr'] = weights * (1.0 - root) / 2.0 * radius
    # Half of the blade area that passes an element, averaged over the turn.
    one['area'] = 0.5 * one['chord'] * one['dr'] * BLADES / AZIMUTHS
    one['ring'] = 2.0 * math.pi * one['r'] * one['dr']
    # Air that a disk carries along, by radius: the potential jump of an impermeable disk in
    # still air, H. Lamb, "Hydrodynamics", art. 102; its integral is 8/3 rho R^3.
    one['per_apparent'] = 1.0 / (4.0 / math.pi * np.sqrt(radius ** 2 - one['r'] ** 2))
    one['per_ring'] = one['per_apparent'] / one['ring']
    one['to_tip'] = 0.5 * BLADES * (1.0 - x) / x   # Prandtl's f times the sine of the flow angle
    # Thick sections near the root: assumed to fade from aerofoil (20 %) to cylinder (70 %).
    one['lifting'] = 1.0 - np.clip((section(x, 3) - 0.20) / 0.50, 0.0, 1.0)
    one['wake'] = _wake_matrix(x, parameters.wake_contraction)
    one['contraction'] = parameters.wake_contraction
    angles = (np.arange(AZIMUTHS) + 0.5) * 2.0 * math.pi / AZIMUTHS
    one['cos'], one['sin'] = each(math.cos, angles), each(math.sin, angles)
    polar = extended_polar(parameters.polar)
    one['lift'] = polar.lift * parameters.lift_scale
    one['drag'] = polar.drag * parameters.drag_scale
    one['polar_beta'] = math.sqrt(1.0 - polar.mach ** 2) if parameters.prandtl_glauert else 0.0
    f = np.linspace(0.0, PRANDTL_END, PRANDTL_CELLS + 1) ** 2
    # Never quite 0, since the flow at the tip is lift over F.
    one['prandtl'] = np.maximum(0.05, 2.0 / math.pi * each(lambda x: math.acos(math.exp(-x)), f))
    one['drag_rise_mach'] = parameters.drag_rise_mach
    one['tip_loss'], one['lower_on_upper'] = float(parameters.tip_loss), parameters.lower_on_upper
    one['flap_lag'], one['inertia'] = parameters.flap_lag, parameters.inertia
    return out


def _wake_matrix(x: NDArray[np.float64], contraction: float) -> NDArray[np.float64]:
    """Map induced flow at the upper rotor's stations to the lower's; a narrower wake is faster."""
    matrix = np.zeros((STATIONS, STATIONS))
    for unit in range(STATIONS):
        values = np.zeros(STATIONS)
        values[unit] = 1.0
        matrix[:, unit] = np.interp(x / contraction, x, values) / contraction ** 2
    edge = np.clip((contraction + _WAKE_EDGE - x) / (2.0 * _WAKE_EDGE), 0.0, 1.0)
    return matrix * edge[:, None]


_WAKE_EDGE = 0.04   # [R] half thickness of the wake's edge; assumed: the size of a tip vortex core


@kernel
def blade_loads(
    c: Record, rotor: Record, w_MB_B: NDArray[np.float64], sound: float, work: Record,
) -> None:
    """
    Integrate the blade elements of one rotor.

    Parameters
    ----------
    c
        Constants, a record of :data:`ROTORS`.
    rotor
        In: how it turns and the flow through it; out: its loads. A record of :data:`ROTOR_STATE`.
    w_MB_B
        Body rate [rad/s].
    sound
        Speed of sound [m/s].
    work
        Work space, a record of :data:`BLADE_WORK`.

    """
    u_t, u_p, pitch, polar_cell = work.u_t, work.u_p, work.pitch, work.polar_cell
    for j in range(STATIONS):
        _ring_flow(c, rotor, j, w_MB_B, work)
    for e in range(ELEMENTS):
        polar_cell[e] = (pitch[e] - _flow_angle(u_p[e], u_t[e])) * CELLS_PER_DEGREE
    for j in range(STATIONS):
        _ring_coefficients(c, j, min(0.9, rotor.omega * c.r[j] / sound), work)
    cl, cd, f_z, f_t = work.cl, work.cd, work.f_z, work.f_t
    for e in range(ELEMENTS):
        speed = math.sqrt(u_t[e] * u_t[e] + u_p[e] * u_p[e])
        f_z[e] = speed * (cl[e] * u_t[e] - cd[e] * u_p[e])
        f_t[e] = speed * (cl[e] * u_p[e] + cd[e] * u_t[e])
    clear_loads(rotor)
    for j in range(STATIONS):
        _add_ring(c, rotor, j, work)


@kernel
def clear_loads(rotor: Record) -> None:
    """Set the loads of a rotor to zero."""
    for k in range(3):
        rotor.force[k] = 0.0
    for k in range(2):
        rotor.moment[k] = 0.0
    rotor.torque = 0.0


@kernel(inline=True)
def _flow_angle(up: float, ut: float) -> float:
    """
    Return the arc tangent of up / ut [deg], without a branch, so that the loop vectorises.

    References
    ----------
    M. Abramowitz and I. Stegun, "Handbook of Mathematical Functions", 4.4.49: exact to 2e-8.

    """
    y, x = abs(up), abs(ut)
    high, low = (x, y) if y <= x else (y, x)
    t = low / (high + 1e-30)
    t2 = t * t
    angle = t * (1.0 + t2 * (-.3333314528 + t2 * (.1999355085 + t2 * (-.1420889944 + t2 * (
        .1065626393 + t2 * (-.0752896400 + t2 * (.0429096138 + t2 * (
            -.0161657367 + t2 * .0028662257))))))))
    angle = angle if y <= x else 0.5 * math.pi - angle
    angle = angle if ut >= 0.0 else math.pi - angle
    return (angle if up >= 0.0 else -angle) * (180.0 / math.pi)


@kernel
def _ring_flow(
    c: Record, rotor: Record, j: int, w_MB_B: NDArray[np.float64], work: Record,
) -> None:
    """Write flow along and across the blade [m/s] and its pitch plus 180 [deg] round one ring."""
    r, first, direction = c.r[j], j * AZIMUTHS, rotor.direction
    u_B, slopes, blade = rotor.u_B, rotor.slopes, rotor.blade
    tangential = rotor.omega * c.r[j] + direction * w_MB_B[2] * c.r[j] + rotor.swirl[j]
    down = u_B[2] + rotor.ground_ratio * rotor.flow[j]
    down_cos = slopes[0] * r / c.radius - r * w_MB_B[1]
    down_sin = slopes[1] * r / c.radius + r * w_MB_B[0]
    forward, side = direction * u_B[0], direction * u_B[1]
    mean = (blade[0] + c.twist[j]) * (180.0 / math.pi) + 180.0
    longitudinal, lateral = blade[1] * (180.0 / math.pi), blade[2] * (180.0 / math.pi)
    u_t, u_p, pitch = work.u_t, work.u_p, work.pitch
    for k in range(AZIMUTHS):
        cos, sin = c.cos[k], c.sin[k]
        u_t[first + k] = tangential + side * cos - forward * sin
        u_p[first + k] = down + down_cos * cos + down_sin * sin
        pitch[first + k] = mean + lateral * sin - longitudinal * cos


@kernel
def _ring_coefficients(c: Record, j: int, mach: float, work: Record) -> None:
    """Look lift and drag coefficients up, times half the blade area of each element."""
    compress = 1.0 if c.polar_beta == 0.0 else c.polar_beta / math.sqrt(1.0 - mach * mach)
    excess = max(0.0, mach - c.drag_rise_mach)
    # Lock's rule of transonic drag, 20 (M - M_crit)^4: Mason, "Configuration Aerodynamics".
    extra = c.area[j] * (20.0 * excess ** 4 + (1.0 - c.lifting[j]))
    drag_scale = c.area[j] * c.lifting[j]
    lift_scale = compress * drag_scale
    polar_cell, cl, cd = work.polar_cell, work.cl, work.cd
    for e in range(j * AZIMUTHS, (j + 1) * AZIMUTHS):
        within = min(max(polar_cell[e], 0.0), 360.0 * CELLS_PER_DEGREE - 0.001)
        cell = int(within)
        part = within - cell
        cl[e] = lift_scale * (c.lift[cell] + part * (c.lift[cell + 1] - c.lift[cell]))
        cd[e] = drag_scale * (c.drag[cell] + part * (c.drag[cell + 1] - c.drag[cell])) + extra


@kernel
def _add_ring(c: Record, rotor: Record, j: int, work: Record) -> None:
    """Add one ring to the rotor's loads."""
    first, direction, f_z, f_t = j * AZIMUTHS, rotor.direction, work.f_z, work.f_t
    thrust, thrust_cos, thrust_sin, drag, drag_cos, drag_sin = 0.0, 0.0, 0.0, 0.0, 0.0, 0.0
    for k in range(AZIMUTHS):
        thrust += f_z[first + k]
        thrust_cos += f_z[first + k] * c.cos[k]
        thrust_sin += f_z[first + k] * c.sin[k]
        drag += f_t[first + k]
        drag_cos += f_t[first + k] * c.cos[k]
        drag_sin += f_t[first + k] * c.sin[k]
    rotor.ring_thrust[j], rotor.ring_torque[j] = thrust, c.r[j] * drag
    rotor.force[0] += direction * drag_sin
    rotor.force[1] -= direction * drag_cos
    rotor.force[2] += thrust
    rotor.moment[0] += c.r[j] * thrust_sin
    rotor.moment[1] -= c.r[j] * thrust_cos
    rotor.torque += rotor.ring_torque[j]

# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""One 2 ms step of the whole aircraft, compiled: the data flow of the vehicle in one function."""

from __future__ import annotations

import math
from typing import NamedTuple

from ingenuity_nodes.compiled.kernel import kernel, Record
from ingenuity_nodes.compiled.rotations import matrix_into
from ingenuity_nodes.timing import STEP
from ingenuity_nodes.vehicle.actuators import advance_servos, blade_angles
from ingenuity_nodes.vehicle.body import drag_loads
from ingenuity_nodes.vehicle.ground import move_on_ground
from ingenuity_nodes.vehicle.inflow import (
    advance_rings, advance_tilt, flow_through, ground_effect, swirl_below)
from ingenuity_nodes.vehicle.power import battery_draw, motor_loss, motor_torque
from ingenuity_nodes.vehicle.rigid_body import fly
from ingenuity_nodes.vehicle.rotors import blade_loads, clear_loads, STATIONS
from ingenuity_nodes.vehicle.state import (
    BATTERY_EMPTY, BLADE_STRIKE, LOW_BUS, MOTOR_OVERHEATED, TIP_MACH, VORTEX_RING)
from ingenuity_nodes.world.terrain import height_at, TerrainField
import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
NEAR = 0.35           # [m] legs may touch within a step when the lowest point is closer than this
TIP_MACH_HIGH = 0.8   # NASA, "Flying on Mars Is Getting Harder and Harder" (Grip)


class Surroundings(NamedTuple):
    """What acts on the aircraft from outside during a step."""

    density: float          # of the air [kg/m^3]
    speed_of_sound: float   # [m/s]
    temperature: float      # of the air [K]
    wind_M: Array           # velocity of the air over the ground, shape (3,) [m/s]
    avionics_power: float   # drawn from the battery besides motors and servos [W]


@kernel
def _through_air(s: Record, wind_M: Array) -> None:
    """Write attitude matrix, velocity of the mass centre through the air and body rate."""
    matrix_into(s.x[6:10], s.R_MB)
    for i in range(3):
        s.u_B[i] = 0.0
        for k in range(3):
            s.u_B[i] += s.R_MB[k, i] * (s.x[3 + k] - wind_M[k])
        s.w_MB_B[i] = s.x[10 + i]


@kernel
def _rotor(c: Record, s: Record, i: int, clearance: float, around: Surroundings) -> None:
    """Compute loads and inflow of rotor ``i``; add its force and moment to the aircraft's."""
    rotors, rotor, work, density = c.rotors, s.rotor[i], s.blade_work, around.density
    u_B, w_MB_B, z = rotor.u_B, s.w_MB_B, rotors.height[i] - c.body.p_BG[2]
    u_B[0], u_B[1], u_B[2] = s.u_B[0] + w_MB_B[1] * z, s.u_B[1] - w_MB_B[0] * z, s.u_B[2]
    edgewise = math.sqrt(u_B[0] ** 2 + u_B[1] ** 2)
    rotor.ground_ratio = ground_effect(
        rotors, clearance + z, edgewise, u_B[2] + rotor.mean_flow)
    blade_loads(rotors, rotor, w_MB_B, around.speed_of_sound, work)
    if i == 0:
        swirl_below(rotors, rotor, s.rotor[1])
    advance_rings(rotors, rotor, STEP, work)
    mean = 0.0
    for j in range(STATIONS):
        mean += rotor.flow[j] * rotor.tip_loss[j] * rotors.ring[j]
    rotor.mean_flow = mean / rotors.disk_area
    advance_tilt(rotors, rotor, STEP)
    gain = STEP / (STEP + rotors.flap_lag)
    for k in range(2):
        rotor.hub_moment[k] += gain * (density * rotor.moment[k] - rotor.hub_moment[k])
    for k in range(3):
        s.wrench.F_B[k] += density * rotor.force[k]
    s.wrench.tau_B[0] += rotor.hub_moment[0] - z * density * rotor.force[1]
    s.wrench.tau_B[1] += rotor.hub_moment[1] + z * density * rotor.force[0]
    rotor.thrust = density * rotor.force[2]


@kernel
def _air_loads(c: Record, s: Record, clearance: float, around: Surroundings) -> None:
    """Sum what the air does to the aircraft about its mass centre, but for the torques."""
    for k in range(3):
        s.wrench.F_B[k], s.wrench.tau_B[k] = 0.0, 0.0
    if s.failure != BLADE_STRIKE:
        flow_through(c.rotors, s.rotor[0], s.rotor[1])
        _rotor(c, s, 0, clearance, around)
        _rotor(c, s, 1, clearance, around)
    else:
        for i in range(2):
            s.rotor[i].thrust, s.rotor[i].mean_flow = 0.0, 0.0
            clear_loads(s.rotor[i])
    drag_loads(c.body, around.density, s.u_B, s.w_MB_B, s.rotor[1].mean_flow, s.wrench)


@kernel
def _drive(c: Record, s: Record, around: Surroundings) -> None:
    """Turn the rotors by their motors, which draw from the battery; warm them."""
    power, temperature = c.power, around.temperature
    wanted = s.command_speed if s.failure == 0 else 0.0
    s.reference += min(max(wanted - s.reference, -power.spin_up * STEP), power.spin_up * STEP)
    s.rotor_power, drawn = 0.0, around.avionics_power
    for i in range(2):
        rotor = s.rotor[i]
        load, torque = around.density * rotor.torque, 0.0
        if wanted > 0.0 and s.charge > 0.0:
            governed, s.stored[i] = motor_torque(
                power, s.reference, rotor.omega * s.speed_reading[i], s.stored[i], STEP)
            torque = min(governed, power.torque_high * s.torque_fraction[i])
        else:
            s.stored[i], s.reference = 0.0, rotor.omega
        loss = motor_loss(power, torque, rotor.omega)
        s.motor_torque[i] = torque
        s.rotor_power += load * rotor.omega
        if wanted > 0.0:
            drawn += (torque * rotor.omega + loss) / power.efficiency + 0.5 * power.servo
        cooling = power.motor_cooling * (s.motor_temperature[i] - temperature)
        s.motor_temperature[i] += STEP * (loss - cooling) / power.motor_heat
        rotor.omega = max(0.0, rotor.omega + STEP * (torque - load) / c.rotors.inertia)
        rotor.angle = (rotor.angle + rotor.direction * rotor.omega * STEP) % (2.0 * math.pi)
    s.voltage, s.current, heat = battery_draw(power, drawn, s.charge, s.battery_temperature)
    s.electrical_power = drawn
    s.energy += drawn * STEP
    s.charge = max(0.0, s.charge - s.current * STEP / power.charge_full)
    heat -= power.battery_cooling * (s.battery_temperature - temperature)
    s.battery_temperature += STEP * heat / power.battery_heat


@kernel
def _move(c: Record, s: Record, field: TerrainField) -> None:
    """Advance the body by one step, on the ground or above it."""
    s.wrench.h_z = c.rotors.inertia * (s.rotor[0].omega - s.rotor[1].omega)
    s.wrench.tau_B[2] += s.motor_torque[1] - s.motor_torque[0]
    for k in range(13):
        s.x_before[k] = s.x[k]
    s.feet = 0
    if s.x[2] - s.ground > c.gear.reach + NEAR:
        fly(c.body, s.x, s.wrench, STEP, s.scratch)
    else:
        move_on_ground(c, s, field)


@kernel
def _judge_air(c: Record, s: Record, sound: float) -> None:
    """Raise warnings of the air, and failures of heat and charge."""
    s.warning = 0
    edgewise = math.sqrt(s.u_B[0] ** 2 + s.u_B[1] ** 2)
    tip = c.rotors.radius * max(s.rotor[0].omega, s.rotor[1].omega) + edgewise
    if tip > TIP_MACH_HIGH * sound:
        s.warning |= TIP_MACH
    flow = max(s.rotor[0].mean_flow, s.rotor[1].mean_flow)
    # Rate of descent where rings form, in units of the induced flow: Leishman 2006, fig. 2.20.
    if 0.3 * flow < -s.u_B[2] < 1.5 * flow and edgewise < flow and flow > 3.0:
        s.warning |= VORTEX_RING
    if s.voltage < c.power.bus_low:
        s.warning |= LOW_BUS
    if s.failure == 0:
        if max(s.motor_temperature[0], s.motor_temperature[1]) > c.power.motor_high:
            s.failure = MOTOR_OVERHEATED
        elif s.charge <= 0.0:
            s.failure = BATTERY_EMPTY


@kernel
def _find_ground(s: Record, field: TerrainField) -> None:
    """Find the ground below; high up, where little depends on it, at every sixteenth step."""
    s.ground_age += 1
    if s.ground_age >= 16 or s.x[2] - s.ground < 3.5:
        s.ground, s.ground_age = height_at(s.x[0], s.x[1], field), 0


@kernel
def advance(
    constants: NDArray[np.void], state: NDArray[np.void], row: int, field: TerrainField,
    around: Surroundings,
) -> None:
    """Advance aircraft ``row`` by one step with the command it holds."""
    c, s = constants[0], state[row]
    for i in range(2):
        advance_servos(c.actuators, s.servo[i], s.command[i], s.servo_target[i])
        blade_angles(c.actuators, s.servo[i], s.rotor[i].blade)
    _through_air(s, around.wind_M)
    _find_ground(s, field)
    _air_loads(c, s, s.x[2] - s.ground, around)
    _drive(c, s, around)
    _move(c, s, field)
    _judge_air(c, s, around.speed_of_sound)


@kernel(nogil=True)
def advance_many(
    constants: NDArray[np.void], state: NDArray[np.void], field: TerrainField,
    around: Surroundings, winds_M: Array, steps: int,
) -> None:
    """
    Advance many aircraft by many steps, each with the command it holds and its own wind.

    ``winds_M``, shape (aircraft, 3), stands for the one wind of ``around``. No interpreter lock is
    held, so threads may each take a part of ``state``; rows do not touch one another, and each
    comes out as :func:`advance` would leave it.
    """
    for row in range(state.shape[0]):
        own = Surroundings(around.density, around.speed_of_sound, around.temperature,
                           winds_M[row], around.avionics_power)
        for _ in range(steps):
            advance(constants, state, row, field, own)

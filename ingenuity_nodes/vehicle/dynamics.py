# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""One 2 ms step of the whole aircraft, compiled: the data flow of the vehicle in one function."""

from __future__ import annotations

import math

from ingenuity_nodes.compiled.kernel import kernel
from ingenuity_nodes.compiled.rotations import matrix_into
from ingenuity_nodes.timing import STEP
from ingenuity_nodes.vehicle.actuators import advance_servos, blade_angles
from ingenuity_nodes.vehicle.body import drag_loads
from ingenuity_nodes.vehicle.ground import move_on_ground
from ingenuity_nodes.vehicle.inflow import (
    advance_rings, advance_tilt, flow_through, ground_effect, swirl_below)
from ingenuity_nodes.vehicle.power import battery_draw, motor_loss, motor_torque
from ingenuity_nodes.vehicle.rigid_body import fly
from ingenuity_nodes.vehicle.rotors import blade_loads, Record, STATIONS
from ingenuity_nodes.vehicle.state import (
    BATTERY_EMPTY, BLADE_STRIKE, LOW_BUS, MOTOR_OVERHEATED, TIP_MACH, VORTEX_RING)
from ingenuity_nodes.world.terrain import height_at, TerrainField
import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
NEAR = 0.35           # [m] legs may touch within a step when the lowest point is closer than this
TIP_MACH_HIGH = 0.8   # NASA, "Flying on Mars Is Getting Harder and Harder" (Grip)


@kernel
def _through_air(s: Record, wind: Array) -> None:
    """Write attitude matrix, airspeed of the mass centre and body rate, body axes."""
    matrix_into(s.x[6:10], s.R)
    for i in range(3):
        s.u[i] = 0.0
        for k in range(3):
            s.u[i] += s.R[k, i] * (s.x[3 + k] - wind[k])
        s.w[i] = s.x[10 + i]


@kernel
def _rotor(c: Record, s: Record, i: int, clearance: float, sound: float, density: float) -> None:
    """Load and inflow of rotor ``i``; adds its force and moment to the aircraft's."""
    rotors = c.rotors
    z = rotors.height[i] - c.body.p_BG[2]
    s.hub[0], s.hub[1], s.hub[2] = s.u[0] + s.w[1] * z, s.u[1] - s.w[0] * z, s.u[2]
    edgewise = math.sqrt(s.hub[0] ** 2 + s.hub[1] ** 2)
    left = ground_effect(rotors, clearance + z, edgewise, s.hub[2] + s.mean_flow[i])
    direction = 1.0 - 2.0 * i
    loads = s.loads[i]
    blade_loads(rotors, direction, s.blade[i], s.omega[i], s.hub, s.w, s.flow[i], left, s.g[i],
                s.swirl[i], sound, loads, s.lift[i], s.turn[i], s.work)
    if i == 0:
        swirl_below(rotors, s.turn[0], s.flow[0], s.hub[2], s.swirl[1])
    advance_rings(rotors, s.v[i], s.loss[i], s.flow[i], s.lift[i], s.hub, s.omega[i], STEP, s.work)
    mean = 0.0
    for j in range(STATIONS):
        mean += s.flow[i, j] * s.loss[i, j] * rotors.ring[j]
    s.mean_flow[i] = mean / rotors.disk_area
    advance_tilt(rotors, s.g[i], s.mean_flow[i], s.hub, loads[3], loads[4], STEP)
    gain = STEP / (STEP + rotors.flap_lag)
    for k in range(2):
        s.hub_moment[i, k] += gain * (density * loads[3 + k] - s.hub_moment[i, k])
    for k in range(3):
        s.force[k] += density * loads[k]
    s.moment[0] += s.hub_moment[i, 0] - z * density * loads[1]
    s.moment[1] += s.hub_moment[i, 1] + z * density * loads[0]
    s.thrust[i] = density * loads[2]


@kernel
def _air_loads(c: Record, s: Record, clearance: float, density: float, sound: float) -> None:
    """Everything the air does to the aircraft, about the mass centre; torques not yet included."""
    for k in range(3):
        s.force[k], s.moment[k] = 0.0, 0.0
    if s.failure != BLADE_STRIKE:
        flow_through(c.rotors, s.v, s.loss, s.flow)
        _rotor(c, s, 0, clearance, sound, density)
        _rotor(c, s, 1, clearance, sound, density)
    else:
        for i in range(2):
            s.thrust[i], s.mean_flow[i] = 0.0, 0.0
            for k in range(6):
                s.loads[i, k] = 0.0
    drag_loads(c.body, density, s.u, s.w, s.mean_flow[1], s.force, s.moment)


@kernel
def _drive(c: Record, s: Record, density: float, temperature: float, avionics: float) -> None:
    """Motors turn the rotors and draw from the battery; everything warms."""
    power = c.power
    wanted = s.command_speed if s.failure == 0 else 0.0
    s.reference += min(max(wanted - s.reference, -power.spin_up * STEP), power.spin_up * STEP)
    s.rotor_power, drawn = 0.0, avionics
    for i in range(2):
        torque = density * s.loads[i, 5]
        if wanted > 0.0 and s.charge > 0.0:
            push, s.stored[i] = motor_torque(
                power, s.reference, s.omega[i] * s.speed_reading[i], s.stored[i], STEP)
            push = min(push, power.torque_high * s.torque_share[i])
        else:
            push, s.stored[i], s.reference = 0.0, 0.0, s.omega[i]
        loss = motor_loss(power, push, s.omega[i])
        s.motor_torque[i] = push
        s.rotor_power += torque * s.omega[i]
        if wanted > 0.0:
            drawn += (push * s.omega[i] + loss) / power.efficiency + 0.5 * power.servo
        cooling = power.motor_cooling * (s.motor_temperature[i] - temperature)
        s.motor_temperature[i] += STEP * (loss - cooling) / power.motor_heat
        s.omega[i] = max(0.0, s.omega[i] + STEP * (push - torque) / c.rotors.inertia)
        s.angle[i] = (s.angle[i] + (1.0 - 2.0 * i) * s.omega[i] * STEP) % (2.0 * math.pi)
    s.voltage, s.current, heat = battery_draw(power, drawn, s.charge, s.battery_temperature)
    s.electrical_power = drawn
    s.energy += drawn * STEP
    s.charge = max(0.0, s.charge - s.current * STEP / power.charge_full)
    heat -= power.battery_cooling * (s.battery_temperature - temperature)
    s.battery_temperature += STEP * heat / power.battery_heat


@kernel
def _move(c: Record, s: Record, field: TerrainField) -> None:
    """Advance the body by one step, on the ground or above it."""
    h = c.rotors.inertia * (s.omega[0] - s.omega[1])
    s.moment[2] += s.motor_torque[1] - s.motor_torque[0]
    for k in range(13):
        s.before[k] = s.x[k]
    s.feet = 0
    if s.x[2] - s.ground > c.gear.reach + NEAR:
        fly(s.x, c.body.mass, c.body.inertia, h, s.force, s.moment, STEP, s.scratch)
    else:
        move_on_ground(c, s, h, field)


@kernel
def _judge_air(c: Record, s: Record, sound: float) -> None:
    """Raise warnings of the air, and failures of heat and charge."""
    s.warning = 0
    edgewise = math.sqrt(s.u[0] ** 2 + s.u[1] ** 2)
    tip = c.rotors.radius * max(s.omega[0], s.omega[1]) + edgewise
    if tip > TIP_MACH_HIGH * sound:
        s.warning |= TIP_MACH
    flow = max(s.mean_flow[0], s.mean_flow[1])
    # Rate of descent where rings form, in units of the induced flow: Leishman 2006, fig. 2.20.
    if 0.3 * flow < -s.u[2] < 1.5 * flow and edgewise < flow and flow > 3.0:
        s.warning |= VORTEX_RING
    if s.voltage < c.power.bus_low:
        s.warning |= LOW_BUS
    if s.failure == 0:
        if max(s.motor_temperature[0], s.motor_temperature[1]) > c.power.motor_high:
            s.failure = MOTOR_OVERHEATED
        elif s.charge <= 0.0:
            s.failure = BATTERY_EMPTY


@kernel
def _look_down(s: Record, field: TerrainField) -> None:
    """Find the ground below; high up, where nothing hangs on it, at every sixteenth step."""
    s.ground_age += 1
    if s.ground_age >= 16 or s.x[2] - s.ground < 3.5:
        s.ground, s.ground_age = height_at(s.x[0], s.x[1], field), 0


@kernel
def advance(
    constants: NDArray[np.void], state: NDArray[np.void], row: int, field: TerrainField,
    density: float, sound: float, temperature: float, wind: Array, avionics: float,
) -> None:
    """Advance aircraft ``row`` by one step with the command it holds."""
    c, s = constants[0], state[row]
    for i in range(2):
        advance_servos(c.actuators, s.servo[i], s.command[i], s.servo_target[i])
        blade_angles(c.actuators, s.servo[i], s.blade[i])
    _through_air(s, wind)
    _look_down(s, field)
    _air_loads(c, s, s.x[2] - s.ground, density, sound)
    _drive(c, s, density, temperature, avionics)
    _move(c, s, field)
    _judge_air(c, s, sound)


@kernel(nogil=True)
def advance_many(
    constants: NDArray[np.void], state: NDArray[np.void], field: TerrainField, density: float,
    sound: float, temperature: float, winds: Array, avionics: float, steps: int,
) -> None:
    """
    Advance many aircraft by many steps, each with the command it holds and its own wind.

    It holds no interpreter lock, so threads may each take a part of ``state``; rows do not touch
    one another, and each comes out as :func:`advance` would leave it.
    """
    for row in range(state.shape[0]):
        for _ in range(steps):
            advance(constants, state, row, field, density, sound, temperature, winds[row],
                    avionics)

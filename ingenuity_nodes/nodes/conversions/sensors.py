# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""What a vehicle measures: inertial sensor, altimeter, battery, forces, power train."""

from __future__ import annotations

import math
from typing import Any

from geometry_msgs.msg import WrenchStamped
from ingenuity_nodes import frames
from ingenuity_nodes.nodes.conversions.geometry import FARTHEST, header, nanoseconds, vector
from ingenuity_nodes.signals import AltimeterSample, ImuSample, VehicleStatus
import numpy as np
from sensor_msgs.msg import BatteryState, Imu, Range
from std_msgs.msg import Float64MultiArray, MultiArrayDimension, MultiArrayLayout

KELVIN = 273.15                  # 0 deg C [K], exact
CELL_COUNT = 6                   # one battery, six cells (NASA)
ALTIMETER_CONE = 0.008           # [rad] beam divergence of the LIDAR-Lite v3 (Garmin, 8 mrad)
ALTIMETER_RANGE = (0.05, 40.0)   # [m] of the LIDAR-Lite v3 (Garmin)
# Nanoseconds are exact in a double for 104 days.
LAST_NS = 2.0 ** 53
_STATUS = (
    ('t_ns', 1), ('rotor_speed', 2), ('rotor_angle', 2), ('collective', 2), ('thrust', 2),
    ('force_B', 3), ('moment_B', 3), ('rotor_power', 1), ('electrical_power', 1),
    ('battery_voltage', 1), ('battery_current', 1), ('battery_charge', 1),
    ('battery_temperature', 1), ('motor_temperature', 1), ('energy_used_wh', 1),
    ('feet_on_ground', 1))
_STATUS_LAYOUT = MultiArrayLayout(dim=[
    MultiArrayDimension(label=name, size=size, stride=size) for name, size in _STATUS])


def imu_message(sample: ImuSample, frame_id: str) -> Imu:
    """Write an inertial sample; an Imu without attitude says so in its covariance (REP 145)."""
    message = Imu(header=header(sample.t_ns, frame_id))
    message.linear_acceleration = vector(sample.f_I)
    message.angular_velocity = vector(sample.w_MI_I)
    message.orientation_covariance[0] = -1.0
    return message


def range_message(sample: AltimeterSample, vehicle: str) -> Range:
    """Write an altimeter sample."""
    return Range(
        header=header(sample.t_ns, frames.frame(vehicle, 'altimeter_link')),
        radiation_type=Range.INFRARED, field_of_view=ALTIMETER_CONE,
        min_range=ALTIMETER_RANGE[0], max_range=ALTIMETER_RANGE[1], range=sample.distance)


def range_from(message: Range) -> AltimeterSample:
    """
    Read an altimeter sample, in single precision.

    Raises
    ------
    ValueError
        Neither a distance nor one of the infinities by which REP 117 says why there is none.

    """
    distance = float(message.range)
    if not (0.0 <= distance <= FARTHEST or math.isinf(distance)):
        raise ValueError(f'found a distance of {distance:g} m, allowed: from 0, inf, -inf')
    return AltimeterSample(nanoseconds(message.header.stamp), distance)


def battery_message(status: VehicleStatus, vehicle: str) -> BatteryState:
    """Write the battery; a discharging current is negative in ROS."""
    return BatteryState(
        header=header(status.t_ns, frames.frame(vehicle, 'base_link')),
        voltage=status.battery_voltage, current=-status.battery_current,
        temperature=status.battery_temperature - KELVIN, percentage=status.battery_charge,
        charge=float('nan'), capacity=float('nan'), design_capacity=float('nan'),
        power_supply_status=BatteryState.POWER_SUPPLY_STATUS_DISCHARGING,
        power_supply_technology=BatteryState.POWER_SUPPLY_TECHNOLOGY_LION,
        present=True, cell_voltage=[status.battery_voltage / CELL_COUNT] * CELL_COUNT)


def wrench_message(status: VehicleStatus, vehicle: str) -> WrenchStamped:
    """Write the aerodynamic force and moment on the aircraft."""
    message = WrenchStamped(header=header(status.t_ns, frames.frame(vehicle, 'base_link')))
    message.wrench.force = vector(status.force_B)
    message.wrench.torque = vector(status.moment_B)
    return message


def status_message(status: VehicleStatus) -> Float64MultiArray:
    """Write actuators and power train without loss; the layout labels the numbers."""
    numbers: list[float] = []
    for name, size in _STATUS:
        value = getattr(status, name)
        numbers.extend(float(part) for part in (value if size > 1 else (value,)))
    return Float64MultiArray(layout=_STATUS_LAYOUT, data=numbers)


def status_from(message: Float64MultiArray) -> VehicleStatus:
    """
    Read the state of actuators and power train; a failure is named by the flight mode, not here.

    Raises
    ------
    ValueError
        Another number of values than ours, or such that are not finite.

    """
    allowed = sum(size for _, size in _STATUS)
    if len(message.data) != allowed:
        raise ValueError(f'found {len(message.data)} values, allowed: {allowed}')
    if not np.isfinite(message.data).all():
        raise ValueError('found values that are not finite, allowed: finite ones')
    if not 0.0 <= message.data[0] <= LAST_NS:    # the first of them
        raise ValueError(f'found a time of {message.data[0]:g} ns, allowed: 0 to {LAST_NS:g}')
    values: dict[str, Any] = {}
    start = 0
    for name, size in _STATUS:
        part = message.data[start:start + size]
        start += size
        values[name] = part[0] if size == 1 else tuple(part)
    for name in ('force_B', 'moment_B'):
        values[name] = np.array(values[name])
    for name in ('t_ns', 'feet_on_ground'):
        values[name] = int(values[name])
    return VehicleStatus(**values, failure='')

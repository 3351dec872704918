# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""Constants and state of one helicopter, laid out for compiled code."""

from __future__ import annotations

from ingenuity_nodes.vehicle.actuators import ACTUATORS, SERVOS
from ingenuity_nodes.vehicle.body import BODY
from ingenuity_nodes.vehicle.landing_gear import CONTACT, GEAR
from ingenuity_nodes.vehicle.power import POWER
from ingenuity_nodes.vehicle.rigid_body import WRENCH
from ingenuity_nodes.vehicle.rotors import BLADE_WORK, ROTOR_STATE, ROTORS
import numpy as np

FAILURES = ('', 'blade strike', 'tipped over', 'leg broken', 'motor overheated', 'battery empty')
BLADE_STRIKE, TIPPED_OVER, LEG_BROKEN, MOTOR_OVERHEATED, BATTERY_EMPTY = 1, 2, 3, 4, 5
WARNINGS = ('vortex ring', 'tip Mach number', 'low bus voltage')
VORTEX_RING, TIP_MACH, LOW_BUS = 1, 2, 4   # bits
ROCKS = 32   # rocks that may be under the aircraft at once

CONSTANTS = np.dtype([
    ('rotors', ROTORS), ('actuators', ACTUATORS), ('body', BODY), ('gear', GEAR), ('power', POWER),
], align=True)

STATE = np.dtype([
    # position and velocity of the mass centre [M], quaternion wxyz, body rate [B]; one step ago
    ('x', 'f8', (13,)), ('x_before', 'f8', (13,)),
    # axes B to M, velocity of the mass centre through the air [m/s], body rate [rad/s]
    ('R_MB', 'f8', (3, 3)), ('u_B', 'f8', (3,)), ('w_MB_B', 'f8', (3,)),
    ('rotor', ROTOR_STATE, (2,)), ('blade_work', BLADE_WORK),
    # blade angles and rotor speed wanted; angle of each servo [rad]
    ('command', 'f8', (2, 3)), ('command_speed', 'f8'), ('servo', 'f8', (2, SERVOS)),
    # governor: ramped rotor speed, integral of each motor [N m]
    ('reference', 'f8'), ('stored', 'f8', (2,)),
    # faults: where a servo goes instead (NaN: as commanded), fraction of the torque that is left,
    # speed as read over the true one, charge as read less the true one
    ('servo_target', 'f8', (2, SERVOS)), ('torque_fraction', 'f8', (2,)),
    ('speed_reading', 'f8', (2,)), ('gauge_error', 'f8', (1,)),
    ('charge', 'f8'), ('battery_temperature', 'f8'), ('motor_temperature', 'f8', (2,)),
    ('energy', 'f8'), ('voltage', 'f8'), ('current', 'f8'),
    ('rotor_power', 'f8'), ('electrical_power', 'f8'), ('motor_torque', 'f8', (2,)),
    ('wrench', WRENCH), ('supported', WRENCH),   # of air and motors; with that of the ground
    ('contact', CONTACT),
    # rocks near by: x, y, ground, height above it, half axes, cosine and sine of the yaw
    ('rocks', 'f8', (ROCKS, 8)), ('rock_count', 'i8'),
    ('ground', 'f8'), ('ground_age', 'i8'),   # height below the aircraft [m], its age in steps
    ('scratch', 'f8', (3, 13)), ('truth', 'f8', (19,)), ('report', 'f8', (28,)),
    ('feet', 'i8'), ('failure', 'i8'), ('warning', 'i8'),
], align=True)

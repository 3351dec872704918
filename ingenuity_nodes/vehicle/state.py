# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""What one helicopter is made of and what it remembers, laid out for compiled code."""

from __future__ import annotations

from ingenuity_nodes.vehicle.actuators import ACTUATORS, SERVOS
from ingenuity_nodes.vehicle.body import BODY
from ingenuity_nodes.vehicle.landing_gear import CONTACTS, GEAR
from ingenuity_nodes.vehicle.power import POWER
from ingenuity_nodes.vehicle.rotors import ELEMENTS, ROTORS, STATIONS
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
    # position and velocity of the mass centre [M], quaternion wxyz, body rate [B]
    ('x', 'f8', (13,)), ('before', 'f8', (13,)),
    ('omega', 'f8', (2,)), ('angle', 'f8', (2,)), ('stored', 'f8', (2,)), ('reference', 'f8'),
    ('command', 'f8', (2, 3)), ('command_speed', 'f8'),
    ('servo', 'f8', (2, SERVOS)), ('blade', 'f8', (2, 3)),
    # faults: where a servo goes instead (NaN: as told), torque left, speed and charge as read
    ('servo_target', 'f8', (2, SERVOS)), ('torque_share', 'f8', (2,)),
    ('speed_reading', 'f8', (2,)), ('gauge_error', 'f8', (1,)),
    ('v', 'f8', (2, STATIONS)), ('loss', 'f8', (2, STATIONS)), ('g', 'f8', (2, 2)),
    ('flow', 'f8', (2, STATIONS)), ('swirl', 'f8', (2, STATIONS)),
    ('lift', 'f8', (2, STATIONS)), ('turn', 'f8', (2, STATIONS)), ('loads', 'f8', (2, 6)),
    ('hub_moment', 'f8', (2, 2)), ('mean_flow', 'f8', (2,)),
    ('charge', 'f8'), ('battery_temperature', 'f8'), ('motor_temperature', 'f8', (2,)),
    ('energy', 'f8'), ('voltage', 'f8'), ('current', 'f8'),
    ('rotor_power', 'f8'), ('electrical_power', 'f8'), ('motor_torque', 'f8', (2,)),
    ('force', 'f8', (3,)), ('moment', 'f8', (3,)), ('thrust', 'f8', (2,)),
    ('anchors', 'f8', (CONTACTS, 3)), ('gripping', 'f8', (CONTACTS,)),
    ('heights', 'f8', (CONTACTS + 4,)),
    ('spots', 'f8', (CONTACTS + 4, 2)),
    # rocks near by: x, y, ground, height above it, half axes, cosine and sine of the yaw
    ('rocks', 'f8', (ROCKS, 8)), ('rock_count', 'i8'),
    ('R', 'f8', (3, 3)), ('u', 'f8', (3,)), ('hub', 'f8', (3,)), ('w', 'f8', (3,)),
    ('push', 'f8', (3,)), ('twist', 'f8', (3,)), ('scratch', 'f8', (3, 13)),
    ('work', 'f8', (7, ELEMENTS)),
    ('ground', 'f8'), ('ground_age', 'i8'), ('truth', 'f8', (19,)), ('report', 'f8', (28,)),
    ('feet', 'i8'), ('failure', 'i8'), ('warning', 'i8'),
], align=True)

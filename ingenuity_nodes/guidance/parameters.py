# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""Limits and times of guidance."""

from __future__ import annotations

from dataclasses import dataclass
import math

from ingenuity_nodes.parameters import quantity


@dataclass(frozen=True)
class GuidanceParameters:
    """How the flight plan is flown."""

    spin_up_time: float = quantity(
        6.0, 's', 'rotors from rest to flight speed', low=0.5, high=60.0,
        source='assumed: spin-up in the Flight 1 video takes several seconds')
    spin_up_limit: float = quantity(
        15.0, 's', 'time-out of the spin-up', low=1.0, high=120.0, source='assumed')
    speed_tolerance: float = quantity(
        0.01, '1', 'rotor speed counts as reached', low=1e-3, high=0.2, source='assumed')
    ground_collective: float = quantity(
        math.radians(-2.0), 'rad', 'blade angle on the ground', low=-0.08, high=0.2,
        source='assumed: near zero thrust')
    boost: float = quantity(
        math.radians(1.0), 'rad', 'collective above hover at take-off', low=0.0, high=0.1,
        source='NASA status 298: a step up in collective; size assumed')
    boost_time: float = quantity(
        0.25, 's', 'to raise the collective', low=0.01, high=5.0, source='assumed')
    clear_height: float = quantity(
        0.05, 'm', 'feet this high are clear of the ground', low=0.0, high=1.0, source='assumed')
    lift_off_rate: float = quantity(
        0.04, 'm/s', 'rising faster than this it has lifted off', low=0.01, high=1.0,
        source='assumed: four times what the filter says of a stretching landing gear; 0.05 s '
               'after lift-off')
    take_off_limit: float = quantity(
        3.0, 's', 'time-out of the take-off', low=0.5, high=30.0, source='assumed')
    vertical_acceleration: float = quantity(
        0.8, 'm/s^2', 'at the ends of climb and descent', low=0.05, high=3.0,
        source='assumed: an altitude of 5 m and duration of Flight 3')
    ground_bandwidth: float = quantity(
        1.0, 'rad/s', 'how fast the ground below is followed', low=0.05, high=5.0,
        source='assumed: at 5 m/s what is longer than 30 m, not single rocks')
    ground_speed: float = quantity(
        1.0, 'm/s', 'most vertical speed to follow it', low=0.05, high=2.0,
        source='assumed: that of a climb in all 72 plans')
    turn_acceleration: float = quantity(
        math.radians(30.0), 'rad/s^2', 'at the ends of a turn', low=0.01, high=10.0,
        source='assumed')
    jerk: float = quantity(
        0.64, 'm/s^3', 'most change of acceleration of a leg', low=0.05, high=20.0,
        source='assumed: full acceleration within a second, which tracks of a point a second do '
               'not resolve; five times the lag of the attitude loop')
    vertical_jerk: float = quantity(
        2.0, 'm/s^3', 'most change of acceleration of climb and descent', low=0.05, high=50.0,
        source='assumed: full acceleration within 0.4 s; the collective need not wait for a tilt')
    attitude_lag: float = quantity(
        0.25, 's', 'of a lean behind the acceleration that asks for it', low=0.0, high=1.0,
        source='assumed: 1 / attitude gain + 1 / rate gain, rounded; speed is then not behind')
    turn_jerk: float = quantity(
        math.radians(60.0), 'rad/s^3', 'most change of acceleration of a turn', low=0.01,
        high=20.0, source='assumed: full acceleration within half a second')
    arrival_distance: float = quantity(
        1.0, 'm', 'a leg that stops has arrived when as near as this', low=0.05, high=50.0,
        source='assumed: twice the drift of the hover of Flight 3, 0.46 m')
    arrival_speed: float = quantity(
        0.5, 'm/s', 'and as slow as this', low=0.05, high=5.0,
        source='assumed: gusts move a hover by less')
    arrival_limit: float = quantity(
        20.0, 's', 'time-out of the arrival', low=0.0, high=120.0,
        source='assumed: 30 m at the speed of a correction, 1.5 m/s')
    correction_rate: float = quantity(
        0.15, 'm/s', 'how fast a step of the estimated position is followed', low=0.01, high=10.0,
        source='assumed: tilts the aircraft by less than 2 deg; a step of 1.5 m takes 10 s')
    final_descent: float = quantity(
        1.5, 'm', 'height below which a landing goes without images', low=0.0, high=1.7,
        source='NASA Flight 6 post: ignored in the final phase of the descent, where its '
               'oscillations ended; assumed: half a metre above where they begin after take-off')
    touchdown_speed_drop: float = quantity(
        0.25, 'm/s', 'descent slower than wanted by this is the ground', low=0.05, high=2.0,
        source='NASA status 298')
    touchdown_height: float = quantity(
        0.6, 'm', 'touchdown is detected only with the feet below this', low=0.05, high=10.0,
        source='assumed: covers the uncertainty of the height')
    touchdown_confirm: float = quantity(
        0.02, 's', 'the descent must remain slow for this long', low=0.0, high=1.0,
        source='assumed: ten steps')
    resting_height: float = quantity(
        2.5, 'm', 'the same, after a descent that has been slow for longer', low=0.05, high=20.0,
        source='assumed: an altimeter that is off by two metres')
    resting_confirm: float = quantity(
        1.0, 's', 'how much longer', low=0.02, high=10.0, source='assumed: no gust lasts so long')
    braking: float = quantity(
        0.64, 'm/s^2', 'to a stop before an early landing', low=0.05, high=3.0,
        source="NASA's tracks of flights 7 to 12")
    longest_hold: float = quantity(
        60.0, 's', 'of a hold by order, after which the plan goes on', low=1.0, high=300.0,
        source='assumed: a third of the longest flight, 169.5 s')
    hold_charge: float = quantity(
        0.35, '1', 'battery charge below which a hold ends and it returns', low=0.0, high=1.0,
        source='assumed: the reserve of 30 % and a sixth of the flight energy')
    hold_floor: float = quantity(
        1.5, 'm', 'least height above the ground at which it stops by order', low=0.3, high=24.0,
        source='assumed: images are used above 1 m')
    return_speed: float = quantity(
        2.0, 'm/s', 'of the flight back by order', low=0.1, high=10.0,
        source='NASA log: Flight 3; slow enough for images from 3 m')
    landing_limit: float = quantity(
        8.0, 's', 'time-out of the landing, beyond its planned time', low=1.0, high=60.0,
        source='assumed')
    touchdown_time: float = quantity(
        1.0, 's', 'rotors kept at speed after touchdown', low=0.0, high=10.0, source='assumed')
    spin_down_time: float = quantity(
        6.0, 's', 'rotors from flight speed to rest', low=0.5, high=60.0, source='assumed')
    slow_rotor: float = quantity(
        0.4, '1', 'fraction of the flight speed below which the flight is over', low=0.0, high=0.9,
        source='assumed: a sixth of the forces is left; nothing brakes rotors in thin air')
    spin_down_limit: float = quantity(
        20.0, 's', 'time-out of the spin-down', low=1.0, high=120.0, source='assumed')
    lowest_charge: float = quantity(
        0.4, '1', 'battery charge needed to fly', low=0.0, high=1.0,
        source='assumed: flight energy and 30 % reserve')
    largest_tilt: float = quantity(
        math.radians(15.0), 'rad', 'of the resting aircraft', low=0.01, high=1.5,
        source='assumed: 90 of 100 of the 72 landings rested below 13 deg (NASA MMGIS)')
    external_speed: float = quantity(
        5.0, 'm/s', 'most speed of offboard setpoints', low=0.1, high=10.0,
        source='assumed: flights up to 5.5 m/s were flown before the record of Flight 62')
    external_acceleration: float = quantity(
        0.64, 'm/s^2', 'most acceleration of offboard setpoints', low=0.05, high=2.0,
        source="NASA's tracks of flights 7 to 12")
    external_yaw_rate: float = quantity(
        math.radians(45.0), 'rad/s', 'most yaw rate of offboard setpoints', low=0.01,
        high=3.0, source='assumed: half of the fastest turn of a plan')
    external_silence: float = quantity(
        0.5, 's', 'after which an old velocity no longer counts', low=0.02, high=10.0,
        source='assumed: as PX4 does in its offboard mode')
    external_floor: float = quantity(
        1.5, 'm', 'least height of setpoints above the take-off point', low=0.0, high=24.0,
        source='assumed: images are used above 1 m')
    external_ceiling: float = quantity(
        24.0, 'm', 'greatest height of setpoints above the take-off point', low=1.0, high=100.0,
        source='record of Flight 61')
    origin_height: float = quantity(
        0.266, 'm', 'body origin above the ground at rest', low=0.0, high=2.0,
        source='leg meshes of nasa-jpl/m2020-urdf-models')

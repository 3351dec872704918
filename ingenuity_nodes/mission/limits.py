# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""What a planned flight may ask of a helicopter, and how plans are made of goals."""

from __future__ import annotations

from dataclasses import dataclass
import math

from ingenuity_nodes.parameters import quantity


@dataclass(frozen=True)
class FlightLimits:
    """Limits of a flight: beyond any of them the answer is no-go."""

    flight_time: float = quantity(
        180.0, 's', 'from lift-off to touchdown, at most', low=1.0, high=1000.0,
        source='assumed: a little beyond the longest flight, 169.5 s (NASA log, Flight 12)')
    distance: float = quantity(
        800.0, 'm', 'path length, at most', low=1.0, high=5000.0,
        source='assumed: a little beyond the longest flights, 704 and 705 m (Flights 25, 69)')
    charge_left: float = quantity(
        0.30, '1', 'state of charge at touchdown, at least', low=0.0, high=1.0,
        source='assumed: reserve for the heaters through the night; flights start above 40 %: '
               'flight energy and this')
    motor_margin: float = quantity(
        20.0, 'K', "from the motors' highest temperature", low=0.0, high=200.0,
        source='assumed: twenty seconds more of hover')
    link_margin: float = quantity(
        3.0, 'dB', 'of the radio at the farthest point, at least', low=0.0, high=40.0,
        source='assumed: usual for a link over known ground')
    frame_loss: float = quantity(
        0.01, '1', 'of radio frames at which the margin is zero', low=1e-6, high=0.9,
        source='assumed: resent without delay')
    hidden: float = quantity(
        0.2, '1', 'fraction of the flight without line of sight to the base station, at most',
        low=0.0, high=1.0, source='assumed: take-off and landing may be behind a rise, as the '
        'end of Flight 17 was (NASA)')
    ground_clearance: float = quantity(
        1.0, 'm', "of the body's origin on the way, at least", low=0.1, high=24.0,
        source='NASA Flight 6 post: images are used above 1 m')
    featureless: float = quantity(
        0.6, '1', 'fraction of bare ground along the path, at most', low=0.0, high=1.0,
        source='assumed: Flight 72 ended over ripples of bare sand')
    separation: float = quantity(
        5.0, 'm', 'between aircraft, and from a rover, at least', low=1.0, high=100.0,
        source='assumed: four rotor diameters')
    uncertainty: float = quantity(
        0.5, 'm', 'of a position at lift-off, three sigma', low=0.0, high=50.0,
        source='assumed: survey of the take-off point')
    drift: float = quantity(
        0.022, '1', 'growth of that uncertainty per distance travelled', low=0.0, high=1.0,
        source='NASA MMGIS: Flight 4 landed 6.0 m from its start after 271 m')


@dataclass(frozen=True)
class PlanningParameters:
    """How the planner chooses where a goal leaves it free."""

    altitude: float = quantity(
        5.0, 'm', 'above the take-off point', low=1.0, high=24.0, source='NASA: Flights 3 and 4')
    image_motion: float = quantity(
        0.7, '1/s', 'ground speed over altitude, at most', low=0.01, high=5.0,
        source='NASA log: 3.5 m/s at 5 m, Flight 4')
    speed: float = quantity(
        5.0, 'm/s', 'over ground, at most', low=0.1, high=10.0,
        source='assumed: below the 5.5 m/s of Flight 25, the fastest of the first 44 (NASA log)')
    acceleration: float = quantity(
        0.33, 'm/s^2', 'at the ends of a straight line', low=0.05, high=2.0,
        source="NASA's tracks of Flights 3 to 5")
    passed_bend: float = quantity(
        math.radians(45.0), 'rad', 'of the route, up to which a point is passed without a stop',
        low=0.0, high=1.5,
        source='assumed: beyond, the speed of passing and the way cut off are no gain')
    settling: float = quantity(
        3.0, 's', 'of hover after the climb', low=0.5, high=30.0,
        source='assumed: two oscillations of the position loop')
    longest_delay: float = quantity(
        300.0, 's', 'of a take-off, to keep aircraft separated', low=0.0, high=3600.0,
        source='assumed: longer than any flight')


LIMITS, PLANNING = FlightLimits(), PlanningParameters()

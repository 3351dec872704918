# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""Which topics get hostile messages in one flight, by what such a message may do."""

from __future__ import annotations

import re

# Those of another run are refused; who knows the id of a run and speaks for its members is
# believed, and can end it: that is 'own run', tried in a flight of its own.
LOCKSTEP = frozenset({'/world/tick', '/world/done', '/world/life', '/diagnostics'})
OWN_RUN = 'own run'
STATE, ORDERS, SERVICES = 'state', 'orders', 'services'
GROUPS = (STATE, ORDERS, OWN_RUN, SERVICES)
# Documented to act on the flight: docs/interfaces.md.
_ORDERS = re.compile(
    r'/mission/command|/goal_pose|/clicked_point|/[^/]+/(abort|order|plan|go|faults|path|'
    r'cmd_vel|cmd_velocity|cmd_trajectory|goal_pose|setpoint|mastcam/command)')
_ENDS = re.compile(r'/[^/]+/(abort|land|return|reset)')
_OF_ROS = frozenset({'/parameter_events', '/rosout'})    # rclpy's own


def group_of(topic: str) -> str:
    """Return in which group's flight a topic gets its messages; '' in none."""
    if topic in _OF_ROS:
        return ''
    return ORDERS if _ORDERS.fullmatch(topic) else STATE


def ends_the_flight(name: str) -> bool:
    """Return whether a topic or service ends the flight, as documented, by any message."""
    return _ENDS.fullmatch(name) is not None

# Copyright 2026 Ingenuity contributors
#
# Licensed under the Apache License, Version 2.0 (the "License");
# you may not use this file except in compliance with the License.
# You may obtain a copy of the License at
#
#     http://www.apache.org/licenses/LICENSE-2.0
#
# Unless required by applicable law or agreed to in writing, software
# distributed under the License is distributed on an "AS IS" BASIS,
# WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
# See the License for the specific language governing permissions and
# limitations under the License.
"""The shutter opens once, inside the window, far enough away, at a good instant."""

import math

from ingenuity_nodes.cameras.model import rte
from ingenuity_nodes.frames import quaternion_from_rpy, yaw_from_azimuth
from ingenuity_nodes.guidance.flight_plan import FlightPlan
from ingenuity_nodes.guidance.photo_trigger import PhotoTrigger, predict, target_corners
from ingenuity_nodes.signals import Estimate
from ingenuity_nodes.timing import TICK_NS
import numpy as np
import pytest

ZERO = np.zeros(3)
ROVER = {'name': 'perseverance', 'position': (63.01, -6.56, 0.95), 'azimuth': 175.2}
PLAN = FlightPlan.model_validate({
    'azimuth': 84.0, 'segments': [{'segment': 'climb', 'altitude': 5.0}, {'segment': 'land'}],
    'photos': [{'target': 'perseverance', 'after': 38.7, 'before': 44.2,
                'minimum_distance': 85.05}],
    'targets': [ROVER]})
APEX = np.array([-1.46, 49.6, 5.266])


def at(t: float, *, roll_deg: float = -4.0, p=APEX, rate: float = 0.0) -> Estimate:
    """Hover at the apex, right side (the camera's) up by ``-roll_deg``."""
    q_MB = quaternion_from_rpy(math.radians(roll_deg), 0.0, yaw_from_azimuth(84.0))
    return Estimate(round(t * 1e9), p, ZERO, q_MB, np.array([rate, 0.0, 0.0]), ZERO, ZERO, 5.0,
                    np.zeros((15, 15)), 30, 0.5)


def exposed_at(estimates) -> list[float]:
    trigger = PhotoTrigger(rte())
    trigger.load(PLAN)
    return [e.t_ns / 1e9 for e in estimates if trigger.step(e, 0)]


def times() -> list[float]:
    return [k * TICK_NS / 1e9 for k in range(3500, 4800)]


def test_there_is_exactly_one_exposure_and_it_is_in_the_window():
    for roll in (-8.0, -4.0, 0.0, 5.0):
        found = exposed_at(at(t, roll_deg=roll) for t in times())
        assert len(found) == 1 and 38.7 <= found[0] <= 44.2


def test_too_near_it_waits_for_the_distance():
    def where(t: float) -> np.ndarray:
        return APEX - [0.0, max(0.0, 41.0 - t), 0.0]
    found = exposed_at(at(t, p=where(t)) for t in times())
    distance = math.hypot(*(where(found[0])[:2] - np.array(ROVER['position'][:2])))
    assert distance >= 85.05 and found[0] > 38.8


def test_on_the_way_back_it_takes_the_last_acceptable_instant():
    def where(t: float) -> np.ndarray:
        return APEX - [0.0, max(0.0, t - 40.0), 0.0]
    found = exposed_at(at(t, p=where(t), roll_deg=6.0) for t in times())
    distance = math.hypot(*(where(found[0])[:2] - np.array(ROVER['position'][:2])))
    assert len(found) == 1 and distance >= 85.05


def test_swinging_it_takes_a_better_instant_than_the_first():
    def roll(t: float) -> float:
        return -4.0 + 4.0 * math.sin(2.0 * math.pi * t / 2.5)
    swinging = {t: at(t, roll_deg=roll(t)) for t in times()}
    found = exposed_at(swinging.values())
    target, request = PLAN.target('perseverance'), PLAN.photos[0]
    corners = target_corners(target)
    costs = {t: predict(rte(), request, target, corners, e).cost
             for t, e in swinging.items() if 38.7 <= t <= 44.2}
    better = sum(cost < costs[found[0]] for cost in costs.values()) / len(costs)
    assert better < 0.35
    chosen = predict(rte(), request, target, corners, swinging[found[0]])
    assert chosen.visible > 0.8


def test_turning_fast_costs_more_than_standing_still():
    target, request = PLAN.target('perseverance'), PLAN.photos[0]
    corners = target_corners(target)
    still = predict(rte(), request, target, corners, at(40.0))
    turning = predict(rte(), request, target, corners, at(40.0, rate=0.2))
    assert turning.cost > still.cost + 0.1


def test_the_box_stands_on_its_place_and_is_as_long_as_the_rover():
    corners = target_corners(PLAN.target('perseverance'))
    assert corners.mean(axis=0) == pytest.approx([63.01, -6.56, 0.95 + 1.1])
    assert np.ptp(corners[:, 1]) == pytest.approx(3.0, abs=0.3)     # its nose is nearly due south


def test_without_a_flight_or_a_request_the_shutter_stays_closed():
    trigger = PhotoTrigger(rte())
    trigger.load(PLAN)
    assert not any(trigger.step(at(t), None) for t in times())
    trigger.load(PLAN.model_copy(update={'photos': ()}))
    assert not any(trigger.step(at(t), 0) for t in times())


def test_a_target_that_nobody_described_is_named():
    with pytest.raises(KeyError, match='perseverance'):
        PhotoTrigger(rte()).load(PLAN.model_copy(update={'targets': ()}))


def test_behind_the_camera_nothing_is_promised():
    away = at(40.0)._replace(q_MB=quaternion_from_rpy(0.0, 0.0, yaw_from_azimuth(264.0)))
    target = PLAN.target('perseverance')
    found = predict(rte(), PLAN.photos[0], target, target_corners(target), away)
    assert found.visible == 0.0

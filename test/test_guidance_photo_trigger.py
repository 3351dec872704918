# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""The shutter opens once, inside the window, far enough away, at a good instant."""

import math

from flights import HOP, scenario_of
from ingenuity_nodes.cameras.model import rte
from ingenuity_nodes.frames import quaternion_from_rpy, yaw_from_azimuth
from ingenuity_nodes.guidance.flight_plan import FlightPlan
from ingenuity_nodes.guidance.photo_trigger import (
    PhotoTrigger, predict, target_corners, yaw_towards)
from ingenuity_nodes.scenario.sections import Scenario
from ingenuity_nodes.signals import Estimate, Setpoint
from ingenuity_nodes.simulation.simulation import Simulation
from ingenuity_nodes.timing import SECOND_NS, TICK_NS
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


def setpoint_at(t_ns: int, mode: str = 'hover', yaw_rate: float = 0.0) -> Setpoint:
    """Return what guidance wants; only mode, heading and its rate matter here."""
    yaw = yaw_towards(PLAN.targets[0], APEX)
    return Setpoint(t_ns, APEX, ZERO, ZERO, yaw, yaw_rate, 265.0, mode, True, 0.15)


def exposed_at(estimates) -> list[float]:
    trigger = PhotoTrigger(rte())
    trigger.load(PLAN)
    return [e.t_ns / 1e9 for e in estimates if trigger.step(e, setpoint_at(e.t_ns), 0)]


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


def test_flying_away_it_takes_the_last_acceptable_instant():
    def where(t: float) -> np.ndarray:
        return APEX - [0.0, max(0.0, t - 40.0), 0.0]
    found = exposed_at(at(t, p=where(t), roll_deg=6.0) for t in times())
    distance = math.hypot(*(where(found[0])[:2] - np.array(ROVER['position'][:2])))
    assert len(found) == 1 and distance >= 85.05


def test_oscillating_it_takes_a_better_instant_than_the_first():
    def roll(t: float) -> float:
        return -4.0 + 4.0 * math.sin(2.0 * math.pi * t / 2.5)
    oscillating = {t: at(t, roll_deg=roll(t)) for t in times()}
    found = exposed_at(oscillating.values())
    target, request = PLAN.target('perseverance'), PLAN.photos[0]
    corners = target_corners(target)
    costs = {t: predict(rte(), request, target, corners, e).cost
             for t, e in oscillating.items() if 38.7 <= t <= 44.2}
    better = sum(cost < costs[found[0]] for cost in costs.values()) / len(costs)
    assert better < 0.35
    chosen = predict(rte(), request, target, corners, oscillating[found[0]])
    assert chosen.visible > 0.8


def test_turning_fast_costs_more_than_standing_still():
    target, request = PLAN.target('perseverance'), PLAN.photos[0]
    corners = target_corners(target)
    still = predict(rte(), request, target, corners, at(40.0))
    turning = predict(rte(), request, target, corners, at(40.0, rate=0.2))
    assert turning.cost > still.cost + 0.1


def test_the_box_stands_on_its_position_and_is_as_long_as_the_rover():
    corners = target_corners(PLAN.target('perseverance'))
    assert corners.mean(axis=0) == pytest.approx([63.01, -6.56, 0.95 + 1.1])
    assert np.ptp(corners[:, 1]) == pytest.approx(3.0, abs=0.3)     # its nose is nearly due south


def test_without_a_flight_or_a_request_the_shutter_does_not_open():
    trigger = PhotoTrigger(rte())
    trigger.load(PLAN)
    assert not any(trigger.step(at(t), setpoint_at(0), None) for t in times())
    trigger.load(PLAN.model_copy(update={'photos': ()}))
    assert not any(trigger.step(at(t), setpoint_at(0), 0) for t in times())


def test_a_target_that_nobody_described_is_named():
    with pytest.raises(KeyError, match='perseverance'):
        PhotoTrigger(rte()).load(PLAN.model_copy(update={'targets': ()}))


def test_behind_the_camera_nothing_is_promised():
    away = at(40.0)._replace(q_MB=quaternion_from_rpy(0.0, 0.0, yaw_from_azimuth(264.0)))
    target = PLAN.target('perseverance')
    found = predict(rte(), PLAN.photos[0], target, target_corners(target), away)
    assert found.visible == 0.0


def test_in_a_photo_segment_it_waits_for_the_turn_and_takes_one_image_in_the_hover():
    plan = FlightPlan.model_validate({
        'azimuth': 84.0, 'targets': [ROVER], 'segments': [
            {'segment': 'climb', 'altitude': 5.0},
            {'segment': 'photo', 'target': 'perseverance', 'duration': 4.0}, {'segment': 'land'}]})
    trigger, found = PhotoTrigger(rte()), []
    trigger.load(plan)
    for t in times():
        rate, mode = 0.3 if t < 40.0 else 0.0, 'photo' if 38.0 <= t < 44.0 else 'landing'
        estimate = at(t, roll_deg=3.0 * math.sin(t))._replace(
            q_MB=quaternion_from_rpy(0.05 * math.sin(t), 0.0, yaw_towards(PLAN.targets[0], APEX)))
        if trigger.step(estimate, setpoint_at(estimate.t_ns, mode, rate), 0):
            found.append(t)
    assert len(found) == 1 and 40.0 <= found[0] <= 44.0


def test_a_flight_turns_to_its_target_and_has_it_in_the_frame():
    whole = scenario_of(HOP, wind=4.0).model_dump()
    whole['vehicles'][0]['flight_plan']['segments'] = [
        {'segment': 'climb', 'altitude': 4.0, 'speed': 1.0},
        {'segment': 'photo', 'target': 'perseverance', 'duration': 3.0},
        {'segment': 'land', 'speed': 1.0}]
    whole['vehicles'] = [*whole['vehicles'], {
        'type': 'perseverance', 'name': 'perseverance', 'position': (10.0, -14.0),
        'azimuth': 175.2}]
    simulation, photos, modes = Simulation(Scenario.model_validate(whole), 1), [], []
    while simulation.t_ns < 60 * SECOND_NS:
        report = simulation.tick()
        out = report.helicopters['ingenuity']
        photos += [e for e in out.exposures if e.camera == 'rte']
        modes += [change.mode for change in out.modes]
        if report.outcome:
            break
    assert report.outcome == 'landed' and 'photo' in modes and len(photos) == 1
    middle = np.array([[10.0, -14.0, simulation.environment.terrain.height(10.0, -14.0) + 1.1]])
    u, v = rte().project_world(middle, photos[0].p_MB, photos[0].q_MB)[0]
    # 17 m away at 4 m height it lies some 10 deg below the horizon; the axis looks 45 deg down.
    assert abs(u / rte().width - 0.5) < 0.15 and 0.0 < v / rte().height < 0.3

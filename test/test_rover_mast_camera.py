# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""The mast camera: it turns, waits, follows a helicopter by its telemetry, and exposes."""

from __future__ import annotations

import math

from ingenuity_nodes.cameras.model import mastcam
from ingenuity_nodes.frames import quaternion_from_rpy
from ingenuity_nodes.radio.base_station import Report
from ingenuity_nodes.radio.telemetry import Telemetry
from ingenuity_nodes.rover.mast import MastParameters
from ingenuity_nodes.rover.mast_camera import MastCamera
from ingenuity_nodes.signals import ImageOrder
from ingenuity_nodes.timing import SECOND_NS, TICK_NS
import numpy as np
import pytest

POSE = np.array([10.0, -3.0, 0.4]), quaternion_from_rpy(0.02, -0.03, 2.0)
POSITION = 0.0, 5.0, 1.0
RATE = MastParameters().rate


def telemetered(where, mode='hover'):
    return {'ingenuity': Report(0, 0, Telemetry(tuple(where), mode, True, 0.9), 0)}


def run(mast, seconds, reports=lambda t: {}, begin=0.0, orders=()):
    """Tick; gives the exposures, and azimuth and elevation after each tick."""
    exposures, angles = [], []
    for tick in range(round(begin * 100) + 1, round((begin + seconds) * 100) + 1):
        exposures += mast.tick(tick * TICK_NS, POSE, reports(tick / 100), orders)
        angles.append((mast.azimuth, mast.elevation))
        orders = ()
    return exposures, np.array(angles)


def pixel(exposure, point):
    return mastcam().project_world(np.array([point]), exposure.p_MB, exposure.q_MB)[0]


def times(exposures):
    return [exposure.t_ns / SECOND_NS for exposure in exposures]


def test_what_it_takes_an_image_of_is_in_the_middle():
    (shot,), _ = run(MastCamera(MastParameters(), 0.0, [ImageOrder('', POSITION)]), 40.0)
    assert pixel(shot, POSITION) == pytest.approx((803.5, 599.5), abs=1.5 * 0.01 / 2.85e-4)


def test_the_mast_never_turns_faster_than_its_rate_and_then_stays():
    _, angles = run(MastCamera(MastParameters(), 0.0, [ImageOrder('', POSITION)]), 40.0)
    assert np.abs(np.diff(angles, axis=0)).max() == pytest.approx(RATE * 0.01)
    assert np.array_equal(angles[-1], angles[-500])


def test_without_orders_it_stays_as_it_is_tilted_at_rest():
    exposures, angles = run(
        MastCamera(MastParameters(), 0.3), 5.0, lambda t: telemetered((0, 0, 5)))
    assert not exposures
    assert (angles == (0.0, 0.3)).all()


def test_a_helicopter_is_followed_by_its_telemetry_and_stays_near_the_middle():
    def where(t):
        return -10.0 + 0.5 * t, 20.0, 5.0

    order = ImageOrder('ingenuity', when_flying=True, period_ns=2 * SECOND_NS, count=5)
    exposures, _ = run(
        MastCamera(MastParameters(), 0.0, [order]), 60.0, lambda t: telemetered(where(t)))
    assert len(exposures) == 5
    for shot in exposures:
        off = np.linalg.norm(pixel(shot, where(shot.t_ns / SECOND_NS)) - (803.5, 599.5))
        assert off < 1.5 * 0.01 / 2.85e-4
    assert np.diff(times(exposures)) == pytest.approx(2.0, abs=0.02)


def test_it_looks_at_a_helicopter_that_is_to_fly_but_the_shutter_waits_for_the_take_off():
    order = ImageOrder('ingenuity', when_flying=True)
    mast = MastCamera(MastParameters(), 0.0, [order])

    def reports(t):
        return telemetered((20.0, 20.0, 0.3), 'ready' if t < 50.0 else 'take_off')

    exposures, angles = run(mast, 60.0, reports)
    assert times(exposures) == [50.0]
    assert np.array_equal(angles[4900], angles[3000])
    assert abs(angles[3000][0]) > 0.5


def test_a_helicopter_that_is_silent_is_waited_for():
    exposures, angles = run(MastCamera(MastParameters(), 0.0, [ImageOrder('ingenuity')]), 5.0)
    assert not exposures
    assert not angles.any()


def test_an_order_waits_for_its_time():
    order = ImageOrder('', POSITION, start_ns=30 * SECOND_NS)
    exposures, angles = run(MastCamera(MastParameters(), 0.0, [order]), 60.0)
    assert not angles[:2999].any()
    assert exposures[0].t_ns > 30 * SECOND_NS


def test_the_latest_order_interrupts_and_the_interrupted_one_goes_on_afterwards():
    film = ImageOrder('', POSITION, count=40)
    aside = ImageOrder('', (20.0, 5.0, 1.0))
    mast = MastCamera(MastParameters(), 0.0, [film])
    first, _ = run(mast, 40.0)
    rest, _ = run(mast, 90.0, begin=40.0, orders=[aside])
    assert pixel(rest[0], aside.position) == pytest.approx((803.5, 599.5), abs=60.0)
    assert len(first) + len(rest) == 41
    assert [line for line in mast.log() if 'looks at' in line] == [
        'mast camera: looks at (0.0, 5.0, 1.0) m, 40 images',
        'mast camera: looks at (20.0, 5.0, 1.0) m, 1 image',
        f'mast camera: looks at (0.0, 5.0, 1.0) m, {40 - len(first)} images']


def test_the_selfie_shows_the_deck_wherever_the_rover_stands():
    shots = []
    for yaw in (0.0, 2.0):
        mast, pose = MastCamera(MastParameters(), 0.0, [ImageOrder('deck')]), (
            np.array([yaw, 1.0, 0.0]), quaternion_from_rpy(0.0, 0.0, yaw))
        ticks = (mast.tick(tick * TICK_NS, pose, {}) for tick in range(1, 6000))
        shots += [shot for made in ticks for shot in made]
        shots[-1] = mast.azimuth, mast.elevation
    assert len(shots) == 2
    assert shots[0] == pytest.approx(shots[1], abs=1e-6)
    assert abs(shots[0][0]) > math.radians(90.0)    # back over the deck
    assert shots[0][1] < 0.0                        # and down


def test_what_lies_beyond_the_stop_of_the_mast_is_refused_in_one_line():
    p_MB, _ = POSE
    mast = MastCamera(MastParameters(), 0.0, [ImageOrder('', (*(p_MB[:2] + 0.3), 500.0))])
    exposures, _ = run(mast, 30.0)
    assert not exposures
    (_, line) = mast.log()
    assert line.startswith('mast camera: cannot look at (10.3, -2.7, 500.0) m, allowed: an ele')


def test_its_images_are_due_after_the_delay_and_once():
    mast = MastCamera(MastParameters(), 0.0, [ImageOrder('', POSITION)])
    (shot,), _ = run(mast, 25.0)
    due = shot.t_ns + 2 * SECOND_NS
    mast = MastCamera(MastParameters(), 0.0, [ImageOrder('', POSITION)])
    seen = []
    for t_ns in range(TICK_NS, 40 * SECOND_NS, TICK_NS):
        seen += [(t_ns, exposed) for exposed in mast.images_due(t_ns)]
        mast.tick(t_ns, POSE, {})
    assert seen == [(due, shot.t_ns)]

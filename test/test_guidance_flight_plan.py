# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""A plan from outside: each thing that it names is there, or it is refused by key and name."""

import re

from ingenuity_nodes.guidance.flight_plan import FlightPlan, plan_from_yaml, plan_to_yaml
import pytest
import yaml

ROVER = {'name': 'rover', 'position': [60.0, -6.0, 0.0], 'azimuth': 175.0}
LEAN = {'segment': 'lean', 'target': 'rover', 'acceleration': 0.5, 'azimuth': 84.0}
PHOTO = {'segment': 'photo', 'target': 'rover'}
SHOT = {'target': 'rover', 'after': 10.0, 'before': 20.0}
THERE = {'segment': 'translate', 'north': 0.0, 'east': 9.0, 'speed': 1.0}


def plan(*segments, targets=(ROVER,), photos=()):
    return {'azimuth': 84.0, 'targets': list(targets), 'photos': list(photos), 'segments': [
        {'segment': 'climb', 'altitude': 5.0}, *segments, THERE, {'segment': 'land'}]}


NAMES = {
    'a lean': (plan({**LEAN, 'target': 'nobody'}),
               "segments.1.target: found 'nobody', allowed: rover"),
    'a photo on the spot': (plan({**PHOTO, 'target': 'nobody'}),
                            "segments.1.target: found 'nobody', allowed: rover"),
    'a photo on the way': (plan(photos=[SHOT, {**SHOT, 'target': 'nobody'}]),
                           "photos.1.target: found 'nobody', allowed: rover"),
    'without targets': (plan(PHOTO, targets=()),
                        "found 'rover', allowed: none, as the plan has no targets"),
    'a long name': (plan({**PHOTO, 'target': 'x' * 90_000}), f"found '{'x' * 40}', allowed"),
    'a name of nothing': (plan({**PHOTO, 'target': ''}), "found '', allowed: rover"),
    'no name': (plan({**PHOTO, 'target': 7}), 'segments.1.target: found 7, allowed: a text'),
    'two of a name': (plan(targets=(ROVER, ROVER)), "targets.1.name: found 'rover' twice"),
    'a camera': (plan(photos=[{**SHOT, 'camera': 'navcam'}]), 'photos.0.camera: '),
    'a kind of segment': (plan({'segment': 'dance'}), 'segments.1'),
    'a height above what': (plan({**THERE, 'above': 'sea'}), 'segments.1.above: '),
}


@pytest.mark.parametrize('name', NAMES)
def test_what_a_plan_names_and_nobody_knows_is_refused_in_a_line(name):
    value, words = NAMES[name]
    with pytest.raises(ValueError, match='^plan: .*' + re.escape(words)) as caught:
        plan_from_yaml(yaml.safe_dump(value))
    assert len(str(caught.value)) < 300 and '\n' not in str(caught.value)


def test_all_that_is_unknown_is_told_at_once():
    text = yaml.safe_dump(plan({**PHOTO, 'target': 'one'}, {**LEAN, 'target': 'two'},
                               photos=[{**SHOT, 'target': 'three'}]))
    with pytest.raises(ValueError) as caught:
        plan_from_yaml(text)
    assert all(f"found '{name}'" in str(caught.value) for name in ('one', 'two', 'three'))


def test_a_plan_that_describes_whom_it_sees_passes_unchanged():
    made = FlightPlan.model_validate(plan(PHOTO, LEAN, photos=[SHOT]))
    assert plan_from_yaml(plan_to_yaml(made)) == made

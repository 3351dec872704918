# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""Mission control: plan, go, landing, photos, and every way in which a run can end."""


from ingenuity_nodes.guidance.flight_plan import plan_from_yaml, plan_to_yaml, waypoints
from ingenuity_nodes.mission.control import MissionControl, MissionInputs, Phase
from ingenuity_nodes.mission.preparation import plan_with_targets
from ingenuity_nodes.scenario.environment import environment_of
from ingenuity_nodes.scenario.load import load_scenario
from ingenuity_nodes.signals import Go, ModeChange, NOTHING, Receipt, RoverReport
from ingenuity_nodes.timing import SECOND_NS, TICK_NS
import pytest

NAME = 'ingenuity'


@pytest.fixture
def control(flight_3, environment):
    return MissionControl(flight_3, environment)


def modes_of(**modes):
    return {name: (ModeChange(0, mode, 'because'),) for name, mode in modes.items()}


def received(mode='', photos=NOTHING):
    return MissionInputs(modes_of(**{NAME: mode}) if mode else {}, photos)


def fly(control, *steps, t_ns=3 * SECOND_NS):
    """Take events tick by tick and give the last output."""
    output = None
    for events in steps:
        t_ns += TICK_NS
        output = control.tick(t_ns, events)
    return output


PHOTO = {'perseverance': (Receipt(NAME, 'rte_000044000.jpg', ''),)}
TO_THE_GROUND = received('standby'), received('ready'), received('landed')


def test_nothing_is_said_to_a_helicopter_that_has_sent_nothing(control):
    output = fly(control, received(), received())
    assert (output.plans, output.go, output.outcome) == ({}, {}, '')
    assert control.phases == {NAME: Phase.WAITING}


def test_the_plan_goes_up_once_when_the_helicopter_is_awake(control, flight_3):
    assert list(fly(control, received('standby')).plans) == [NAME]
    assert fly(control, received()).plans == {}


def test_go_is_said_once_after_the_plan_was_accepted(control):
    assert fly(control, received('standby'), received()).go == {}
    assert fly(control, received('ready')).go == {NAME: (Go(),)}
    assert fly(control, received()).go == {}


def test_go_is_not_said_before_its_time(control, flight_3):
    start_ns = round(flight_3.helicopters[0].start * SECOND_NS)
    output = fly(control, received('standby'), received('ready'), t_ns=start_ns - 3 * TICK_NS)
    assert output.go == {}
    assert control.tick(start_ns, received()).go == {NAME: (Go(),)}


def test_the_run_is_over_when_the_photo_is_on_the_rover(control):
    assert fly(control, *TO_THE_GROUND).outcome == ''
    assert control.phases == {NAME: Phase.DOWN}
    assert fly(control, received(photos=PHOTO)).outcome == 'landed'
    assert control.phases == {NAME: Phase.DONE}


def test_landing_and_photo_in_the_same_tick_are_both_taken(control):
    assert fly(control, *TO_THE_GROUND[:2], received('landed', photos=PHOTO)).outcome == 'landed'


def test_without_images_nobody_waits_for_a_photo(flight_3, environment):
    control = MissionControl(flight_3, environment, images=False)
    assert fly(control, *TO_THE_GROUND).outcome == 'landed'


@pytest.mark.parametrize('mode', ['refused', 'crashed'])
def test_a_flight_that_fails_ends_the_run_with_its_reason(control, mode):
    assert fly(control, *TO_THE_GROUND[:2], received(mode)).outcome == f'{mode}: because'
    assert control.phases == {NAME: Phase.FAILED}


def test_a_crashed_helicopter_stays_crashed_whatever_it_says_later(control):
    output = fly(control, *TO_THE_GROUND[:2], received('crashed'), received('landed'))
    assert output.outcome == 'crashed: because'
    assert control.phases == {NAME: Phase.FAILED}


def test_when_time_runs_out_the_outcome_says_who_is_late_and_where(control, flight_3):
    limit_ns = round(flight_3.mission.time_limit * SECOND_NS)
    fly(control, *TO_THE_GROUND)
    assert control.tick(limit_ns, received()).outcome == ''
    assert control.tick(limit_ns + TICK_NS, received()).outcome == (
        'time limit of 600 s passed: ingenuity is on the ground, waiting for its photos')


def test_a_run_succeeds_with_all_photos_on_the_rover_and_not_before(control, flight_3):
    fly(control, *TO_THE_GROUND)
    late = fly(control, received(), t_ns=round(flight_3.mission.time_limit * SECOND_NS))
    assert 'waiting for its photos' in late.outcome
    assert not control.succeeded
    fly(control, received(photos=PHOTO))
    assert control.succeeded


def test_every_mode_is_in_the_log_with_its_reason(control):
    assert 'ingenuity: standby: because' in fly(control, received('standby')).log


def test_two_helicopters_fly_their_own_plans_and_the_run_ends_with_the_last():
    scenario = load_scenario('cooperation')
    parked = scenario.rovers[0].model_copy(update={'drive_to': None})
    scenario = scenario.model_copy(update={
        'vehicles': (*scenario.helicopters, parked), 'mapper': None})
    control = MissionControl(scenario, environment_of(scenario))
    plans = fly(control, MissionInputs(modes_of(ingenuity='standby', scout='standby'))).plans
    assert set(plans) == {'ingenuity', 'scout'}
    assert plans['ingenuity'] != plans['scout']
    assert fly(control, MissionInputs(modes_of(ingenuity='landed'), photo('ingenuity'))
               ).outcome == ''
    assert fly(control, MissionInputs(modes_of(scout='landed'), photo('scout'))
               ).outcome == 'landed'


def photo(name, rover='perseverance'):
    return {rover: (Receipt(name, 'rte_000014000.jpg', ''),)}


def test_a_photo_that_two_rovers_received_is_one_photo(flight_3, environment):
    control = MissionControl(flight_3, environment)
    two = flight_3.helicopters[0].flight_plan
    assert len(two.photographed) == 1
    fly(control, *TO_THE_GROUND[:2])
    log = fly(control, MissionInputs({}, photo(NAME) | photo(NAME, 'other'))).log
    assert [line for line in log if 'is on the rover' in line] == [
        'ingenuity: rte_000014000.jpg is on the rover']


def test_a_receipt_of_a_stranger_is_ignored_by_name(control):
    stranger = {'perseverance': (Receipt('x' * 500, 'rte_000014000.jpg', ''),)}
    (line,) = fly(control, received(), MissionInputs(receipts=stranger)).log
    assert 'ignored, allowed: ingenuity' in line
    assert len(line) < 100


def test_the_run_goes_on_until_the_rover_has_arrived(environment):
    scenario = load_scenario('cooperation').model_copy(update={'mapper': None})
    control = MissionControl(scenario, environment)
    both = modes_of(ingenuity='landed', scout='landed')
    photos = {'perseverance': (Receipt('ingenuity', 'a.jpg', ''), Receipt('scout', 'b.jpg', ''))}
    assert fly(control, MissionInputs(both, photos)).outcome == ''
    arrived = {'perseverance': (RoverReport(0, (49.5, -29.9), 'arrived', ''),)}
    output = fly(control, MissionInputs(rover_reports=arrived))
    assert output.outcome == 'landed'
    assert 'perseverance: parked -> arrived at 49.5 m east, -29.9 m north' in output.log


def test_the_plan_knows_where_the_rover_is_whose_image_it_shall_take(flight_3, environment):
    plan = plan_with_targets(flight_3, flight_3.helicopters[0], environment.terrain)
    target = plan.target('perseverance')
    assert target.position[:2] == flight_3.vehicle('perseverance').position
    assert target.position[2] == environment.terrain.height(*target.position[:2])


def test_a_plan_goes_over_the_network_without_loss(flight_3, environment):
    plan = plan_with_targets(flight_3, flight_3.helicopters[0], environment.terrain)
    assert plan_from_yaml(plan_to_yaml(plan)) == plan


@pytest.mark.parametrize('text', ['', '{', 'azimuth: 1', '- 1'])
def test_a_plan_that_is_none_is_refused(text):
    with pytest.raises(ValueError):
        plan_from_yaml(text)


def test_the_planned_path_goes_up_out_back_and_down(flight_3):
    path = waypoints(flight_3.helicopters[0].flight_plan)
    assert path[0] == (0.0, 0.0, 0.0)
    assert path[1] == (0.0, 0.0, 5.0)
    assert path[-1][2] == 0.0
    # NASA: 50 m downrange.
    assert max(point[1] for point in path) == pytest.approx(49.6, abs=1.0)


def test_a_turn_to_the_same_heading_has_the_same_yaw(flight_3):
    plan = flight_3.helicopters[0].flight_plan
    assert plan.yaw == pytest.approx(0.104719755)    # 84 deg from north: 6 deg left of east

# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""What breaks, how it breaks, what the flight computer does about it."""

from __future__ import annotations

from dataclasses import replace
import math

from flights import scenario_of
from ingenuity_nodes.campaign.fault_campaign import fly_fault, judge
from ingenuity_nodes.faults.active import ActiveFault
from ingenuity_nodes.faults.catalogue import CATALOGUE, entry
from ingenuity_nodes.faults.fault import Outcome, Phase
from ingenuity_nodes.faults.injector import Injector
from ingenuity_nodes.health.image_stamps import ImageStampParameters, ImageStamps
from ingenuity_nodes.scenario.fault_scenarios import fault_scenario_names
from ingenuity_nodes.scenario.fault_section import FaultSection, order_from_text
from ingenuity_nodes.scenario.load import load_scenario
from ingenuity_nodes.signals import (
    AltimeterSample, FaultOrder, FeatureFrame, ImuSample, InclinometerSample, ModeChange,
    RadioPacket, RotorCommand)
from ingenuity_nodes.simulation.simulation import Simulation
from ingenuity_nodes.timing import SECOND_NS, STEP_NS
from ingenuity_nodes.vehicle.helicopter import ActuatorFaults
from ingenuity_nodes.yaml_files.check import FileError
import numpy as np
import pytest

HOVER = RotorCommand((0.16, 0.17), (0.01, 0.01), (-0.02, -0.02), 265.0)
HOP = [{'segment': 'climb', 'altitude': 1.5}, {'segment': 'hover', 'duration': 2.0},
       {'segment': 'land'}]


def actuators():
    return ActuatorFaults(
        np.full((2, 3), math.nan), np.ones(2), np.ones(2), np.zeros(1), np.ones(1))


def injector(*sections, seed=1, parts=None, navcam_rate=30.0):
    made = Injector(seed, parts or actuators(), navcam_rate)
    made.add([FaultSection(**section).order() for section in sections])
    made.advance(STEP_NS, None)
    return made


def imu(t_ns=STEP_NS, f=(0.1, 0.2, 3.7), w=(0.01, 0.02, 0.03)):
    return ImuSample(t_ns, np.array(f), np.array(w))


def frame(t_ns, count=20):
    return FeatureFrame(
        t_ns, np.arange(count), np.full((count, 2), 100.0) + np.arange(count)[:, None],
        np.full(count, 60))


def active(name, magnitude, location='', seed=1):
    order = FaultOrder(name, 0, False, None, magnitude, location)
    return ActiveFault(entry(name), order, 0, np.random.default_rng(seed))


# The catalogue ---------------------------------------------------------------------------------

@pytest.mark.parametrize('name', CATALOGUE)
def test_every_entry_has_an_outcome_for_each_phase_and_a_usual_size_within_its_range(name):
    fault = CATALOGUE[name]
    assert set(fault.expected) == set(Phase) and fault.why and fault.meaning
    assert fault.low <= fault.usual <= fault.high
    assert (fault.unit == '') == (fault.low == fault.high)


def test_sensors_cameras_servos_motors_battery_and_radio_are_all_in_it():
    assert {fault.part for fault in CATALOGUE.values()} == {
        'gyro', 'gyro2', 'gyros', 'accelerometer', 'accelerometer2', 'accelerometers', 'imu',
        'altimeter', 'inclinometer', 'navcam', 'rte', 'servo',
        'motor', 'battery', 'radio'}
    assert len(CATALOGUE['servo_stuck'].locations) == 6


@pytest.mark.parametrize('name', fault_scenario_names())
def test_every_entry_is_a_scenario(name):
    scenario = load_scenario(name)
    assert scenario.name == name and scenario.faults[0].fault == name.removeprefix('fault_')
    assert load_scenario(f'{name}_cruise').faults[0].after_lift_off == 15.0


# Bad inputs ------------------------------------------------------------------------------------

@pytest.mark.parametrize('text, words', [
    ('gyro_bia', "did you mean 'gyro_bias'?"),
    ('{fault: gyro_bias, magnitude: 7.0}', 'found 7, allowed: -0.5 to 0.5 rad/s'),
    ('{fault: gyro_off, magnitude: 1.0}', 'allowed: none'),
    ('{fault: servo_stuck, place: upper_4}', 'allowed: upper_1, upper_2'),
    ('{fault: gyro_bias, magnitude: .nan}', 'finite'),
    ('{fault: gyro_bias, start: 1.0, after_lift_off: 1.0}', 'allowed: one of them'),
    ('[1', 'allowed: the name of a fault'),
    ('3', 'dictionary'),
])
def test_a_bad_order_over_the_network_is_refused_with_what_is_allowed(text, words):
    with pytest.raises(ValueError, match='found') as caught:
        order_from_text(text, 0)
    assert words in str(caught.value)


def test_an_order_over_the_network_begins_at_once_unless_it_names_a_time():
    assert order_from_text('navcam_off', 7 * SECOND_NS).start_ns == 7 * SECOND_NS
    assert order_from_text('{fault: navcam_off, start: 9.0}', 7).start_ns == 9 * SECOND_NS


def test_a_bad_fault_in_a_scenario_is_reported_with_file_and_line(tmp_path):
    text = """\
name: hop
description: Up and down.
world: {latitude: 18.4, longitude: 77.4, utc: 2021-04-25T11:31:00Z}
vehicles:
  - type: ingenuity
    name: ingenuity
    position: [0.0, 0.0]
    azimuth: 84.0
    flight_plan:
      azimuth: 84.0
      segments: [{segment: climb, altitude: 1.5}, {segment: land}]
faults:
  - {fault: navcam_of, start: 3.0}
"""
    path = tmp_path / 'hop.yaml'
    path.write_text(text)
    with pytest.raises(FileError, match=r"hop.yaml:13:.*faults\[0\].fault: found 'navcam_of', "
                                        r"did you mean 'navcam_off'"):
        load_scenario(str(path))
    path.write_text(text.replace('navcam_of,', 'navcam_off, vehicle: scout,'))
    with pytest.raises(FileError, match="found 'scout', allowed: ingenuity"):
        load_scenario(str(path))
    with pytest.raises(FileError, match="did you mean 'fault_gyro_bias'"):
        load_scenario('fault_gyro_bia')


# Each injected signal is as specified ----------------------------------------------------------

def test_bias_drift_and_noise_add_their_magnitude():
    value = np.array([1.0, 2.0, 3.0])
    assert active('gyro_bias', 0.1, 'y').distort(0, value) == pytest.approx([1.0, 2.1, 3.0])
    assert active('gyro_drift', 0.1, 'z').distort(2 * SECOND_NS, value) == pytest.approx(
        [1.0, 2.0, 3.2])
    noise = active('gyro_noise', 0.5)
    rows = np.array([noise.distort(k, value) - value for k in range(4000)])
    assert rows.std() == pytest.approx(0.5, rel=0.03) and abs(rows.mean()) < 0.02
    assert value.tolist() == [1.0, 2.0, 3.0]


def test_stuck_repeats_the_first_value_and_off_reads_zero():
    stuck = active('accelerometer_stuck', 0.0)
    assert [stuck.distort(k, np.array([float(k)]))[0] for k in range(3)] == [0.0, 0.0, 0.0]
    assert not injector({'fault': 'gyro_off'}).imus((imu(), imu()))[0].w_MI_I.any()


def test_delay_gives_the_value_of_so_long_ago():
    delay = active('gyro_delay', 0.01)
    seen = [delay.distort(k * STEP_NS, np.array([float(k)]))[0] for k in range(20)]
    assert seen[5:] == [float(k - 5) for k in range(5, 20)]


def test_dropout_loses_its_fraction_and_holds_the_last():
    drop = active('gyro_dropout', 0.3)
    seen = [drop.distort(k, np.array([float(k)]))[0] for k in range(3000)]
    assert np.mean([value != k for k, value in enumerate(seen)]) == pytest.approx(0.3, abs=0.03)


def test_a_dead_altimeter_sends_nothing_and_a_blind_one_sees_nothing():
    sample = AltimeterSample(STEP_NS, 5.0)
    assert injector({'fault': 'altimeter_off'}).altimeter(sample) is None
    blind = injector({'fault': 'altimeter_dropout', 'magnitude': 1.0}).altimeter(sample)
    assert blind is not None and blind.distance == math.inf


def test_a_dead_inclinometer_sends_nothing():
    assert injector({'fault': 'inclinometer_off'}).inclinometer(
        InclinometerSample(0, 0.0, 0.0)) is None


@pytest.mark.parametrize('fault, magnitude, check', [
    ('navcam_bias', 10.0, lambda out, was: np.allclose(out.uv - was.uv, [10.0, 0.0])),
    ('navcam_drift', 30.0, lambda out, was: np.allclose(out.uv - was.uv, [30.0, 0.0])),
    ('navcam_featureless', 1.0, lambda out, was: len(out.ids) == 0),
    ('navcam_featureless', 0.5, lambda out, was: 8 <= len(out.ids) <= 12),
])
def test_features_change_by_the_camera_fault(fault, magnitude, check):
    was = frame(SECOND_NS + STEP_NS)
    out = injector({'fault': fault, 'magnitude': magnitude}).features(2 * SECOND_NS, was)
    assert out is not None and check(out, was)


def test_images_come_late_slip_or_do_not_come():
    late = injector({'fault': 'navcam_delay', 'magnitude': 0.1})
    assert late.features(0, frame(0)) is None
    assert late.features(SECOND_NS // 10, None).t_ns == 0
    slip = injector({'fault': 'navcam_slip', 'magnitude': 0.02})
    assert slip.stamp(frame(SECOND_NS)).t_ns == SECOND_NS - SECOND_NS // 50
    back = injector({'fault': 'imu_slip', 'magnitude': 0.02})
    assert back.stamp(frame(SECOND_NS)).t_ns == SECOND_NS + SECOND_NS // 50
    assert injector({'fault': 'navcam_off'}).features(0, frame(0)) is None


def test_a_servo_at_fault_gets_a_target_and_a_healthy_one_none():
    parts = actuators()
    injector({'fault': 'servo_bias', 'magnitude': 0.05, 'place': 'lower_1'}, parts=parts).drive(
        STEP_NS, HOVER)
    assert parts.servo_target[1, 0] == pytest.approx(0.17 - 0.01 + 0.05)
    assert np.isnan(np.delete(parts.servo_target.ravel(), 3)).all()


@pytest.mark.parametrize(('rate', 'crawled'), [(30.0, 60.0), (60.0, 30.0)])
def test_tracks_crawl_by_their_age_at_the_rate_of_the_camera(rate, crawled):
    faults = injector({'fault': 'navcam_drift', 'magnitude': 30.0}, navcam_rate=rate)
    was = frame(5 * SECOND_NS)    # 60 images old, so 2 s at 30 Hz
    out = faults.features(5 * SECOND_NS, was)
    assert np.allclose(out.uv - was.uv, [crawled, 0.0])


def test_motor_and_battery_faults_reach_the_aircraft_and_leave_it_when_they_end():
    parts = actuators()
    faults = injector(
        {'fault': 'motor_off', 'place': 'lower', 'duration': 1.0},
        {'fault': 'battery_bias', 'magnitude': -0.5, 'duration': 1.0},
        {'fault': 'battery_drift', 'magnitude': 80.0, 'duration': 1.0}, parts=parts)
    assert faults.drive(20 * STEP_NS, HOVER) == 80.0
    assert parts.torque_fraction.tolist() == [1.0, 0.0] and parts.gauge_error[0] == -0.5
    ended = faults.advance(2 * SECOND_NS, None)
    assert [change.active for change in ended] == [False, False, False]
    assert faults.drive(2 * SECOND_NS, HOVER) == 0.0
    assert parts.torque_fraction.tolist() == [1.0, 1.0] and parts.gauge_error[0] == 0.0


def test_radio_frames_are_lost_or_late_in_each_direction_by_itself():
    packet = RadioPacket(0, 'data', 'x', 0, 1, b'')
    assert injector({'fault': 'radio_off'}).radio(STEP_NS, [packet], 'up') == []
    late = injector({'fault': 'radio_delay', 'magnitude': 0.5})
    assert late.radio(0, [packet], 'up') == [] and late.radio(SECOND_NS, [], 'down') == []
    assert late.radio(SECOND_NS, [], 'up') == [packet]


def test_a_fault_waits_for_lift_off_and_reports_when_it_begins_and_ends():
    faults = Injector(1, actuators(), 30.0)
    faults.add([FaultSection(fault='gyro_off', after_lift_off=2.0, duration=1.0).order()])
    assert faults.advance(9 * SECOND_NS, None) == []
    assert faults.advance(9 * SECOND_NS, 8 * SECOND_NS) == []
    begun, = faults.advance(10 * SECOND_NS, 8 * SECOND_NS)
    ended, = faults.advance(11 * SECOND_NS, 8 * SECOND_NS)
    assert (begun.fault, begun.active, ended.active) == ('gyro_off', True, False)


# What software makes of lost images -----------------------------------------------------------

@pytest.mark.parametrize('software, stamps', [
    ('flight_1', [0, 10, 20]), ('flight_7', [0, 20, 30]), ('fixed', [0, 20, 30])])
def test_one_lost_image_made_all_later_stamps_of_the_first_software_wrong(software, stamps):
    stamps_of = ImageStamps(ImageStampParameters(), software)
    for t_ns in (0, 10, 20, 30):
        stamps_of.trigger(t_ns)
    came = [replace(frame(t_ns), uv=frame(0).uv + t_ns) for t_ns in (0, 20, 30)]
    assert [stamps_of.associate(image).t_ns for image in came] == stamps


def test_fixed_software_uses_neither_frozen_nor_poor_images():
    stamps_of = ImageStamps(ImageStampParameters(), 'fixed')
    assert stamps_of.associate(frame(10)) is not None
    assert stamps_of.associate(frame(20)) is None
    assert stamps_of.associate(frame(30, count=5)) is None


# Judging ---------------------------------------------------------------------------------------

@pytest.mark.parametrize('changes, failure, contact, error, outcome', [
    ([], '', (1.0, 0.1), 0.2, Outcome.LANDED),
    ([ModeChange(0, 'degraded', 'x')], '', (1.0, 0.1), 0.2, Outcome.DEGRADED),
    ([ModeChange(0, 'landing', 'LAND_NOW: x')], '', (1.0, 0.1), 0.2, Outcome.LAND_NOW),
    ([], '', (1.0, 0.1), 5.0, Outcome.ASTRAY),
    ([], '', (1.0, 1.6), 5.0, Outcome.HARD),
    ([], 'blade strike', (1.0, 1.6), 5.0, Outcome.LOST),
])
def test_an_outcome_is_the_worst_that_fits(changes, failure, contact, error, outcome):
    assert judge(changes, failure, contact, error, flew=True)[0] is outcome


# Flights ---------------------------------------------------------------------------------------

def hashes(scenario, seed=1, ticks=1400):
    simulation = Simulation(scenario, seed)
    return [simulation.tick().helicopters['ingenuity'].truth.p_MB.tobytes()
            for _ in range(ticks)]


def test_the_same_seed_breaks_the_same_and_a_fault_to_come_changes_nothing():
    healthy = scenario_of(HOP)
    to_come = healthy.model_copy(update={
        'faults': (FaultSection(fault='gyro_noise', start=13.0),)})
    first, again, well = hashes(to_come), hashes(to_come), hashes(healthy)
    assert first == again
    begins = 13 * 100 - 1    # the tick that ends there has one step with the fault
    assert first[:begins] == well[:begins] and first[begins + 5:] != well[begins + 5:]


@pytest.mark.parametrize('name, words', [
    ('fault_gyro_off_ground', 'the gyros 1 repeat themselves'),
    ('fault_inclinometer_bias', 'inclinometer and accelerometers disagree'),
    ('fault_altimeter_off_ground', 'the altimeter gives no reading'),
    ('fault_battery_bias_ground', 'the battery holds'),
])
def test_what_the_checks_before_take_off_find_is_refused_with_the_reason(name, words):
    outcome, detail = fly_fault(load_scenario(name))
    assert outcome is Outcome.REFUSED and words in detail


@pytest.mark.slow
@pytest.mark.parametrize('name, expected', [
    ('fault_navcam_off', Outcome.LAND_NOW), ('fault_motor_off_hover', Outcome.LOST),
    ('fault_navcam_featureless_landing', Outcome.DEGRADED)])
def test_some_faults_in_flight_end_as_in_the_catalogue(name, expected):
    assert fly_fault(load_scenario(name))[0] is expected

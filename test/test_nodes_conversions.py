# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""Messages: what the lockstep stands on goes through to the bit, and REPs are kept."""

import math

from hypothesis import given, strategies as st
import numpy as np
import pytest

rclpy_serialization = pytest.importorskip(
    'rclpy.serialization', reason='rclpy is not importable: no ROS 2 here')

from diagnostic_msgs.msg import DiagnosticArray, DiagnosticStatus, KeyValue  # noqa
from ingenuity_nodes.cameras.model import navcam  # noqa: E402
from ingenuity_nodes.frames import quaternion_from_rpy, rotation_matrix  # noqa: E402
from ingenuity_nodes.graph.lockstep import Answer, Tick  # noqa: E402
from ingenuity_nodes.nodes.conversions import (  # noqa: E402
    geometry, images, lockstep, sensors, state)
from ingenuity_nodes.signals import (  # noqa: E402
    AltimeterSample, Estimate, Exposure, FeatureFrame, ImuSample, RadioPacket, Truth,
    VehicleStatus)
from sensor_msgs.msg import BatteryState, Range  # noqa: E402
from std_msgs.msg import Float64MultiArray, UInt8MultiArray  # noqa: E402

NUMBERS = st.floats(-1e4, 1e4)    # of metres, and of radians a second
SPEEDS = st.floats(-100.0, 100.0)
TIMES = st.integers(0, 10**6 * 10**9)
ANGLES = st.floats(-3.0, 3.0)


def arrays(numbers, size):
    return st.lists(numbers, min_size=size, max_size=size).map(np.array)


ATTITUDES = st.builds(quaternion_from_rpy, ANGLES, ANGLES, ANGLES)
TRUTHS = st.builds(
    Truth, t_ns=TIMES, p_MB=arrays(NUMBERS, 3), v_MB=arrays(SPEEDS, 3), q_MB=ATTITUDES,
    w_MB_B=arrays(NUMBERS, 3), a_MB=arrays(NUMBERS, 3), alpha_MB_B=arrays(NUMBERS, 3))


def over_the_wire(message):
    """Serialize and read back, as DDS and the bag do."""
    data = rclpy_serialization.serialize_message(message)
    return rclpy_serialization.deserialize_message(data, type(message))


def status_of(seed=1, **changes):
    generator = np.random.default_rng(seed)
    values = {name: float(generator.normal()) for name in VehicleStatus._fields}
    for name in 'rotor_speed', 'rotor_angle', 'collective', 'thrust':
        values[name] = tuple(generator.normal(size=2).tolist())
    for name in 'force_B', 'moment_B':
        values[name] = generator.normal(size=3)
    values.update(t_ns=123_456_789_012, feet_on_ground=3, failure='', refused='', warning='')
    return VehicleStatus(**{**values, **changes})


@given(TIMES)
def test_nanoseconds_go_through_a_stamp_without_loss(t_ns):
    assert geometry.nanoseconds(over_the_wire(geometry.stamp(t_ns))) == t_ns


@given(TRUTHS)
def test_place_attitude_rate_and_time_of_the_truth_go_through_to_the_bit(truth):
    back = state.truth_from(over_the_wire(state.truth_message(truth, 'ingenuity')))
    assert back.t_ns == truth.t_ns
    for name in 'p_MB', 'q_MB', 'w_MB_B':
        assert getattr(back, name).tobytes() == getattr(truth, name).tobytes()
    assert np.allclose(back.v_MB, truth.v_MB, rtol=0.0, atol=1e-12)


@given(TRUTHS)
def test_a_twist_inside_odometry_is_in_the_child_frame(truth):
    # nav_msgs/Odometry: "The twist should be specified in the frame given by child_frame_id".
    message = state.truth_message(truth, 'ingenuity')
    linear = geometry.array_from(message.twist.twist.linear)
    assert np.allclose(rotation_matrix(truth.q_MB) @ linear, truth.v_MB, atol=1e-9)
    assert message.child_frame_id == 'ingenuity/base_link_truth'
    assert message.header.frame_id == 'map'


def test_flying_north_with_the_nose_to_the_north_is_forward():
    north, still = np.array([0.0, 2.0, 0.0]), np.zeros(3)
    nose_north = quaternion_from_rpy(0.0, 0.0, math.pi / 2)
    message = state.odometry_message(0, 'x', still, nose_north, north, still)
    assert geometry.array_from(message.twist.twist.linear) == pytest.approx([2.0, 0.0, 0.0])


def test_the_scalar_of_a_quaternion_is_called_w():
    message = geometry.orientation(np.array([0.1, 0.2, 0.3, 0.4]))
    assert (message.w, message.x, message.y, message.z) == (0.1, 0.2, 0.3, 0.4)


@given(TRUTHS)
def test_an_exposure_has_the_pose_of_its_instant_to_the_bit(truth):
    exposure = Exposure(truth.t_ns, 'rte', truth.p_MB, truth.q_MB, truth.v_MB, truth.w_MB_B)
    back = state.exposure_from(over_the_wire(state.exposure_message(exposure, 'scout')), 'rte')
    assert (back.t_ns, back.camera) == (truth.t_ns, 'rte')
    assert back.p_MB.tobytes() == truth.p_MB.tobytes()
    assert back.q_MB.tobytes() == truth.q_MB.tobytes()


def test_an_estimate_keeps_its_position_and_the_covariances_a_message_has_room_for():
    covariance = np.diag(np.arange(1.0, 16.0))
    covariance[0, 6] = covariance[6, 0] = 0.5
    zero = np.zeros(3)
    estimate = Estimate(
        5, np.array([1.0, 2.0, 3.0]), zero, quaternion_from_rpy(0.1, 0.2, 0.3), zero, zero, zero,
        3.0, covariance, 7, 1.0)
    message = over_the_wire(state.estimate_message(estimate, 'ingenuity'))
    assert message.header.frame_id == 'ingenuity/odom'
    assert message.child_frame_id == 'ingenuity/base_link'
    back = state.estimate_from(message)
    assert np.array_equal(back.p_MB, estimate.p_MB)
    assert back.covariance[:12, :12] == pytest.approx(covariance[:12, :12])
    # Row-major, in the order x, y, z, rotation about x, y, z (REP 103).
    assert message.pose.covariance[3] == 0.5
    assert message.pose.covariance[35] == 9.0


def test_the_covariance_of_a_velocity_is_in_the_body_as_the_velocity_is():
    covariance = np.diag([1.0, 1.0, 1.0, 4.0, 1.0, 1.0, *np.ones(9)])    # unsure towards east
    nose_north = np.array([math.sqrt(0.5), 0.0, 0.0, math.sqrt(0.5)])
    zero = np.zeros(3)
    estimate = Estimate(0, zero, zero, nose_north, zero, zero, zero, 3.0, covariance, 7, 1.0)
    twist = np.reshape(state.estimate_message(estimate, 'ingenuity').twist.covariance, (6, 6))
    # East is to the right: along the body's y axis.
    assert np.diag(twist)[:3] == pytest.approx([1.0, 4.0, 1.0])


def test_an_inertial_sample_without_attitude_says_so():
    # REP 145: element 0 of the orientation covariance is -1.
    sample = ImuSample(7, np.array([0.1, 0.2, 3.72]), np.array([0.01, 0.02, 0.03]))
    message = over_the_wire(sensors.imu_message(sample, 'ingenuity/imu_2_link'))
    assert message.orientation_covariance[0] == -1.0
    assert message.linear_acceleration.z == 3.72
    assert message.header.frame_id == 'ingenuity/imu_2_link'


@pytest.mark.parametrize('distance', [math.inf, -math.inf, 5.25])
def test_an_altimeter_that_sees_nothing_says_infinity(distance):
    # REP 117: +inf nothing in range, -inf too close.
    message = over_the_wire(sensors.range_message(AltimeterSample(0, distance), 'ingenuity'))
    assert message.range == distance
    assert message.radiation_type == Range.INFRARED


def test_a_discharging_current_is_negative_and_temperatures_are_in_celsius():
    # sensor_msgs/BatteryState: "Negative when discharging (A)", "Temperature in Degrees Celsius".
    status = status_of(battery_current=12.0, battery_temperature=273.15, battery_voltage=24.0)
    message = over_the_wire(sensors.battery_message(status, 'ingenuity'))
    assert message.current == -12.0
    assert message.temperature == 0.0
    assert sum(message.cell_voltage) == pytest.approx(message.voltage)
    assert message.power_supply_status == BatteryState.POWER_SUPPLY_STATUS_DISCHARGING


def test_the_wrench_is_that_of_the_air_in_body_axes():
    status = status_of()
    message = over_the_wire(sensors.wrench_message(status, 'ingenuity'))
    assert np.array_equal(geometry.array_from(message.wrench.force), status.force_B)
    assert np.array_equal(geometry.array_from(message.wrench.torque), status.moment_B)


@pytest.mark.parametrize('seed', range(5))
def test_the_state_of_the_power_train_goes_through_to_the_bit(seed):
    status = status_of(seed)
    back = sensors.status_from(over_the_wire(sensors.status_message(status)))
    for name in VehicleStatus._fields:
        assert np.array_equal(getattr(back, name), getattr(status, name)), name


def test_each_number_of_the_power_train_is_labelled():
    message = sensors.status_message(status_of())
    assert sum(part.size for part in message.layout.dim) == len(message.data)
    assert message.layout.dim[0].label == 't_ns'


@pytest.mark.parametrize('count', [0, 1, 100])
def test_features_go_through_to_the_bit(count):
    generator = np.random.default_rng(count)
    frame = FeatureFrame(
        33_333_334, generator.integers(0, 2**31 - 1, count),
        generator.uniform((0, 0), (639, 479), (count, 2)),
        generator.integers(0, 1000, count))
    back = read_features(over_the_wire(images.features_message(frame, 'x')))
    assert back.t_ns == frame.t_ns
    for name in 'ids', 'uv', 'ages':
        assert np.array_equal(getattr(back, name), getattr(frame, name))
        assert getattr(back, name).dtype == getattr(frame, name).dtype


@given(st.binary(max_size=300), st.from_regex(r'[a-z0-9][a-z0-9_.]{0,20}', fullmatch=True))
def test_radio_frames_go_through_to_the_bit(payload, name):
    packet = RadioPacket(5, 'data', name, 1, 2, payload, 'ingenuity', bytes(range(32)))
    assert images.radio_from(over_the_wire(images.radio_message(packet))) == packet


def test_a_grey_image_goes_through_to_the_bit():
    image = np.random.default_rng(1).integers(0, 256, (4, 6), dtype=np.uint8)
    message = over_the_wire(images.image_message(9, 'optical', image))
    assert np.array_equal(images.image_from(message, 6, 4), image)
    assert (message.encoding, message.width, message.height, message.step) == ('mono8', 6, 4, 6)


def test_a_colour_image_has_three_bytes_a_pixel():
    message = images.image_message(9, 'optical', np.zeros((4, 6, 3), np.uint8))
    assert (message.encoding, message.step, len(message.data)) == ('rgb8', 18, 72)


def test_a_photo_keeps_its_bytes_and_its_instant():
    message = over_the_wire(images.jpeg_message(44_000_000_001, 'x', b'\xff\xd8\x00\xff\xd9'))
    photo = images.photo_from(message, 4208, 3120)
    assert (photo.t_ns, photo.jpeg) == (44_000_000_001, b'\xff\xd8\x00\xff\xd9')


def test_camera_info_names_a_model_that_ros_knows():
    message = over_the_wire(images.camera_info_message(navcam(), 'x'))
    assert (message.width, message.height) == (640, 480)
    assert message.distortion_model == 'equidistant'    # sensor_msgs/distortion_models.hpp
    assert len(message.d) == 4
    assert message.k[0] > 0.0 < message.k[4]
    assert message.p[0] == message.k[0]


@given(TIMES, st.dictionaries(st.sampled_from(['/a/plan', '/b/radio/up', '/c']),
                              st.integers(0, 2**40)))
def test_ticks_and_answers_keep_their_counts(t_ns, counts):
    tick = lockstep.tick_from(over_the_wire(lockstep.tick_message(Tick(t_ns, counts))))
    assert (tick.t_ns, tick.counts) == (t_ns, counts)
    answer = Answer('/perseverance/rover', t_ns, counts)
    assert lockstep.answer_from(over_the_wire(lockstep.answer_message(answer))) == answer
    own = lockstep.tick_from(lockstep.tick_message(Tick(t_ns, counts)), {'/b/'})
    assert own.counts == {topic: counts[topic] for topic in counts.keys() & {'/b/radio/up'}}


def test_a_tick_has_one_value_for_each_vehicle_however_many_topics():
    counts = {f'/helicopter_{k}/{topic}': k for k in range(8) for topic in ('imu', 'radio/up')}
    assert len(lockstep.tick_message(Tick(5, counts)).status[0].values) == 8


def read_features(message):
    return images.features_from(message, 640, 480)


def features_with(**changes):
    """Write three features; ``u``, ``ids`` and ``ages`` change the frame, others the message."""
    frame = FeatureFrame(0, np.array(changes.pop('ids', [0, 1, 2])),
                         np.array([[changes.pop('u', 1.0), 2.0]] * 3),
                         np.array(changes.pop('ages', [0, 0, 3])))
    message = images.features_message(frame, 'x')
    for name, value in changes.items():
        setattr(message, name, value)
    return message


FIELDS = features_with().fields
FOREIGN_FEATURES = [
    {'u': np.nan}, {'u': np.inf}, {'u': 1e300}, {'u': -1.0}, {'u': 640.0}, {'ids': [0, 1, 1]},
    {'ages': [0, 0, -1]}, {'point_step': 12}, {'is_bigendian': True}, {'fields': FIELDS[::-1]},
    {'fields': []}, {'width': 2}, {'width': 10**9}, {'height': 2}, {'data': b'12345'}]


@pytest.mark.parametrize('changes', FOREIGN_FEATURES, ids=str)
def test_features_that_a_filter_could_not_use_are_refused_at_the_door(changes):
    with pytest.raises(ValueError, match=r'found .*, allowed: '):
        read_features(features_with(**changes))


@given(st.binary(max_size=400), st.integers(0, 40), st.integers(0, 2**32 - 1))
def test_features_of_any_bytes_are_read_or_refused(data, step, width):
    message = features_with(data=data, point_step=step, width=width)
    try:
        frame = read_features(message)
    except ValueError:
        return
    assert np.isfinite(frame.uv).all()


def cut_image():
    message = images.image_message(0, 'x', np.zeros((4, 6), np.uint8))
    message.data = message.data[:-1]
    return message


def read_image(message):
    return images.image_from(message, 6, 4)


def answer_with(*statuses):
    return DiagnosticArray(status=list(statuses))


@pytest.mark.parametrize('read, message', [
    (read_image, cut_image()),
    (read_image, images.image_message(0, 'x', np.zeros((4, 6, 3), np.uint8))),
    (read_image, images.image_message(0, 'x', np.zeros((6, 4), np.uint8))),
    (images.radio_from, UInt8MultiArray(data=b'noise')),
    (sensors.status_from, Float64MultiArray(data=[1.0, 2.0])),
    (lockstep.answer_from, answer_with()),
    (lockstep.answer_from, answer_with(DiagnosticStatus(), DiagnosticStatus())),
    (lockstep.answer_from, answer_with(DiagnosticStatus(values=[KeyValue(key='/a', value='x')]))),
    (lockstep.answer_from, answer_with(DiagnosticStatus(values=[
        KeyValue(key='/a/b 3 c', value='1')]))),
    (lockstep.tick_from, answer_with(DiagnosticStatus(values=[KeyValue(key='/a/', value='b x')]))),
    (lockstep.tick_from, answer_with(DiagnosticStatus(values=[
        KeyValue(key='/a/', value='b 1 c')]))),
])
def test_a_message_that_makes_no_sense_is_refused(read, message):
    with pytest.raises(ValueError):
        read(message)


@pytest.mark.parametrize('numbers, encoding', [
    (np.arange(6, dtype=np.float32).reshape(2, 3), '32FC1'),
    (np.arange(12, dtype=np.int32).reshape(2, 3, 2), '32SC2'),
    (np.arange(6, dtype=np.uint8).reshape(2, 3), '8UC1')])
def test_numbers_for_each_pixel_come_through(numbers, encoding):
    message = over_the_wire(images.numbers_message(5, 'a', numbers))
    assert (message.encoding, message.height, message.width) == (encoding, 2, 3)
    assert message.step * 2 == len(message.data)
    read = np.frombuffer(message.data, numbers.dtype).reshape(numbers.shape)
    assert np.array_equal(read, numbers)


@pytest.mark.parametrize('t_ns', [0, 1, 999_999_999, 12_345_678_901])
def test_the_stamp_of_a_serialised_message_is_that_of_its_header(t_ns):
    zero = np.zeros(3)
    message = rclpy_serialization.serialize_message(state.odometry_message(
        t_ns, 'x', zero, np.array([1.0, 0, 0, 0]), zero, zero))
    assert geometry.stamp_from(message) == t_ns

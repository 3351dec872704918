# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""The estimator on the ground, on a known path, with delayed, lost and false images."""

from dataclasses import replace
import math

from ingenuity_nodes.cameras.model import navcam
from ingenuity_nodes.frames import rpy_from_quaternion
from ingenuity_nodes.navigation.bearing_table import BearingTable
from ingenuity_nodes.navigation.estimator import Estimator, EstimatorParameters
from ingenuity_nodes.navigation.simulated_tracker import (
    SimulatedTracker, SimulatedTrackerParameters)
from ingenuity_nodes.sensors.altimeter import Altimeter, AltimeterParameters
from ingenuity_nodes.sensors.imu import Imu, ImuParameters
from ingenuity_nodes.signals import (
    AltimeterSample, Exposure, FeatureFrame, ImuSample, InclinometerSample, Truth)
from ingenuity_nodes.timing import Every, STEP, STEP_NS
from ingenuity_nodes.world.mars import GRAVITY
from ingenuity_nodes.world.terrain import Terrain, TerrainParameters
import numpy as np
import pytest

ZERO, LEVEL = np.zeros(3), np.array([1.0, 0.0, 0.0, 0.0])
FLAT = Terrain(TerrainParameters(
    relief=0.0, ripples=0.0, hills=0.0, rover_position=(0.0, 0.0, 0.0)))
CAMERA = navcam()
REST = 0.266


def sideways(t: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Rest 2 s, rise 5 m, fly 3 m aside; return position, velocity, acceleration."""
    p, v, a = np.array([0.0, 0.0, REST]), np.zeros(3), np.zeros(3)
    for axis, size, start, length in ((2, 5.0, 2.0, 4.0), (0, 3.0, 7.0, 3.0)):
        s = min(1.0, max(0.0, (t - start) / length))
        w = 2.0 * math.pi
        p[axis] += size * (s - math.sin(w * s) / w)
        v[axis] += size * (1.0 - math.cos(w * s)) / length
        a[axis] += size * w * math.sin(w * s) / length ** 2
    return p, v, a


def fly(seconds: float, *, latency: float = 0.066, terrain: Terrain = FLAT, seed: int = 1,
        spoil=lambda frame: frame, stamp=0, images: bool = True):
    """Carry sensors level along the path; return truth and estimates at 50 Hz."""
    imu, altimeter = Imu(ImuParameters(), seed), Altimeter(AltimeterParameters(), terrain, seed)
    tracker = SimulatedTracker(CAMERA, terrain, seed)
    estimator = Estimator(EstimatorParameters(), CAMERA)
    estimator.initialise(
        STEP_NS, InclinometerSample(0, 0.0, 0.0), 0.0, np.array([0.0, 0.0, REST]))
    due, waiting, out = Every(30), [], []
    for step in range(1, round(seconds / STEP) + 1):
        t_ns = step * STEP_NS
        p, v, a = sideways(step * STEP)
        # As the vehicle does: the mean acceleration of the step.
        a = (v - sideways((step - 1) * STEP)[1]) / STEP
        truth = Truth(t_ns, p, v, LEVEL, ZERO, a, ZERO)
        if images and due.due(t_ns):
            frame = spoil(tracker.observe(Exposure(t_ns, 'navcam', p, LEVEL, v, ZERO)))
            if frame is not None:
                waiting.append((t_ns + round(latency * 1e9), replace(frame, t_ns=t_ns + stamp)))
        altimeter.push(truth)
        features = waiting.pop(0)[1] if waiting and waiting[0][0] <= t_ns else None
        estimate = estimator.step(
            imu.sample(truth), altimeter.sample() if step % 10 == 0 else None, features,
            at_rest=t_ns < 2_000_000_000)
        if step % 10 == 0:
            out.append((truth, estimate))
    return out, estimator, imu


def worst(out, after: float = 0.0) -> float:
    """Largest position error after a time [m]."""
    return max(float(np.linalg.norm(estimate.p_MB - truth.p_MB))
               for truth, estimate in out if truth.t_ns > after * 1e9)


def test_standing_still_it_learns_the_gyro_bias():
    out, _, imu = fly(2.0)
    assert out[-1][1].gyro_bias == pytest.approx(imu.gyro_bias, abs=math.radians(0.03))
    assert out[-1][1].p_MB == pytest.approx([0.0, 0.0, REST], abs=0.02)


def test_with_images_it_knows_its_position_to_centimetres():
    out, estimator, _ = fly(12.0)
    assert worst(out) < 0.08
    assert estimator.lost_images == 0
    assert out[-1][1].feature_count > 15


def test_without_images_it_drifts_by_dead_reckoning():
    blind, seeing = fly(12.0, images=False)[0], fly(12.0)[0]
    assert worst(blind) > 2.0 * worst(seeing)
    assert blind[-1][1].feature_count == 0
    assert blind[-1][1].covariance[0, 0] > 10.0 * seeing[-1][1].covariance[0, 0]


def test_an_estimate_below_the_ground_recovers_by_the_altimeter():
    # A touchdown that dead accelerometers did not feel: the estimate sinks on at 1 m/s.
    estimator = Estimator(EstimatorParameters(), CAMERA)
    estimator.initialise(
        STEP_NS, InclinometerSample(0, 0.0, 0.0), 0.0, np.array([0.0, 0.0, REST]))
    heights = []
    for step in range(1, 1501):
        t_ns = step * STEP_NS
        f_I = np.array([0.0, 0.0, GRAVITY - 2.0]) if step <= 250 else np.full(3, math.nan)
        measured = step > 500 and step % 10 == 0
        altimeter = AltimeterSample(t_ns, REST - 0.137) if measured else None
        heights.append(estimator.step(ImuSample(t_ns, f_I, ZERO), altimeter, None).height)
    assert heights[500] < -0.4
    assert heights[-1] == pytest.approx(REST, abs=0.05)


@pytest.mark.parametrize('drop', [1.0, 3.0, -2.0])
def test_beyond_a_scarp_it_knows_the_height_over_the_other_ground(drop):
    east = np.arange(-20.0, 20.5, 0.5)    # the path goes 3 m east
    heights = np.tile(np.where(east > 1.5, -drop, 0.0), (east.size, 1))
    scarp = Terrain(FLAT.parameters, dem=(heights, -20.0, -20.0, 0.5))
    out = fly(14.0, terrain=scarp)[0]
    for truth, estimate in out[int(50 * 10.5):]:
        ground = scarp.height(float(truth.p_MB[0]), float(truth.p_MB[1]))
        assert estimate.height == pytest.approx(truth.p_MB[2] - ground, abs=0.05 * (5.0 + drop))
    assert worst(out) < 0.15


@pytest.mark.parametrize('latency', [0.0, 0.066, 0.2])
def test_a_delayed_image_is_as_good_as_a_prompt_one(latency):
    assert worst(fly(12.0, latency=latency)[0]) < 0.10


def test_an_image_older_than_the_buffer_is_lost_and_counted():
    out, estimator, _ = fly(8.0, latency=0.3)
    assert estimator.lost_images > 50
    assert out[-1][1].feature_count == 0


def test_the_replay_after_an_image_gives_the_same_to_the_bit_as_having_had_it_in_time():
    def all_arrive(frame: FeatureFrame) -> FeatureFrame | None:
        return frame if frame.t_ns < 6_400_000_000 else None

    # A distance is 18 ms old and waits for no image that comes later than that.
    prompt, late = (fly(6.5, latency=latency, spoil=all_arrive)[0][-1][1]
                    for latency in (0.02, 0.07))
    assert late.p_MB.tolist() == prompt.p_MB.tolist()
    assert late.covariance.tolist() == prompt.covariance.tolist()


def test_features_that_jump_are_gated_out():
    random = np.random.default_rng(0)

    def spoil(frame: FeatureFrame) -> FeatureFrame:
        uv = frame.uv.copy()
        bad = random.random(len(uv)) < 0.2
        uv[bad] += random.uniform(-60.0, 60.0, size=(int(bad.sum()), 2))
        return replace(frame, uv=uv)
    assert worst(fly(12.0, spoil=spoil)[0]) < 0.2


def test_a_time_stamp_wrong_by_two_frames_doubles_the_position_error():
    right, wrong = fly(12.0)[0], fly(12.0, stamp=-66_000_000)[0]
    assert worst(wrong, after=7.0) > 2.0 * worst(right, after=7.0)


def test_the_covariance_is_symmetric_and_positive_after_a_flight():
    estimate = fly(12.0)[0][-1][1]
    assert np.array_equal(estimate.covariance, estimate.covariance.T)
    assert np.linalg.eigvalsh(estimate.covariance).min() > 0.0


def test_the_estimate_is_of_the_body_origin_not_of_the_sensor():
    estimator = Estimator(EstimatorParameters(), CAMERA)
    estimator.initialise(
        STEP_NS, InclinometerSample(0, 0.0, 0.0), 1.0, np.array([3.0, 4.0, REST]))
    sample = ImuSample(STEP_NS, np.array([0.0, 0.0, GRAVITY]), np.array([0.0, 0.0, 1.0]))
    estimate = estimator.step(sample, None, None)
    # The body turns about its own origin: the sensor, 2 cm ahead, moves, the origin does too.
    # From rest the mean rate of a step is half of its last; then a late sample is carried on.
    assert estimate.p_MB == pytest.approx([3.0, 4.0, REST], abs=1e-3)
    assert estimate.height == pytest.approx(REST, abs=1e-3)
    assert rpy_from_quaternion(estimate.q_MB)[2] == pytest.approx(1.0 + STEP * 1.5, abs=1e-6)
    assert estimate.v_MB[:2] == pytest.approx(
        -0.02 * np.array([-math.sin(1.0), math.cos(1.0)]), abs=1e-3)


def test_one_wild_altimeter_reading_is_refused():
    out, estimator, imu = fly(6.5)
    truth, estimate = out[-1]
    sample = imu.sample(truth._replace(v_MB=ZERO, a_MB=ZERO))
    after = estimator.step(sample._replace(t_ns=truth.t_ns + STEP_NS),
                           AltimeterSample(truth.t_ns + STEP_NS, 20.0), None)
    assert after.height == pytest.approx(estimate.height, abs=0.05)


@pytest.mark.parametrize('number', [math.nan, math.inf, -math.inf, 1e300, -1e300, 1e6])
@pytest.mark.parametrize('fraction', [0.2, 1.0])
def test_features_that_are_no_pixels_are_as_good_as_none(number, fraction):
    random = np.random.default_rng(0)

    def spoil(frame: FeatureFrame) -> FeatureFrame:
        uv = frame.uv.copy()
        uv[random.random(len(uv)) < fraction, random.integers(2)] = number
        return replace(frame, uv=uv)
    out, _, _ = fly(4.0, spoil=spoil)
    without, _, _ = fly(4.0, images=False)
    assert worst(out) < 0.2 if fraction < 1.0 else worst(out) < worst(without) + 0.01
    P = out[-1][1].covariance
    assert np.isfinite(P).all() and np.linalg.eigvalsh(P).min() > 0.0


@pytest.mark.parametrize('distance', [math.nan, math.inf, -math.inf, 1e300, 1e9, 41.0, -1.0])
def test_distances_that_the_altimeter_cannot_measure_are_as_good_as_none(distance):
    out, estimator, imu = fly(6.5)
    truth, estimate = out[-1]
    for k in range(1, 60):    # longer than it takes to believe in other ground
        sample = imu.sample(truth._replace(v_MB=ZERO, a_MB=ZERO))
        t_ns = truth.t_ns + k * STEP_NS
        after = estimator.step(sample._replace(t_ns=t_ns), AltimeterSample(t_ns, distance), None)
    assert after.height == pytest.approx(estimate.height, abs=0.1)
    assert np.linalg.eigvalsh(after.covariance).min() > 0.0


def test_the_bearing_table_is_the_camera():
    random = np.random.default_rng(1)
    uv = random.random((500, 2)) * [639.0, 479.0]
    from ingenuity_nodes.frames import rotation_matrix
    exact = CAMERA.unproject(uv) @ rotation_matrix(CAMERA.q_BC).T
    assert BearingTable(CAMERA).bearings(uv) == pytest.approx(exact, abs=2e-5)


def test_simulated_features_lie_on_the_ground_and_keep_their_numbers_while_seen():
    terrain = Terrain()
    tracker = SimulatedTracker(CAMERA, terrain, 1, SimulatedTrackerParameters(rocks=0.0))
    p_MB = np.array([20.0, 10.0, 5.0 + terrain.height(20.0, 10.0)])
    first = tracker.observe(Exposure(0, 'navcam', p_MB, LEVEL, ZERO, ZERO))
    points = tracker.points
    assert points[:, 2] == pytest.approx(terrain.heights(points[:, 0], points[:, 1]), abs=1e-3)
    aside = p_MB + np.array([0.05, 0.0, 0.0])
    again = tracker.observe(Exposure(1, 'navcam', aside, LEVEL, ZERO, ZERO))
    assert np.isin(first.ids, again.ids).mean() > 0.9
    assert len(set(again.ids)) == len(again.ids) <= 40
    assert again.ages.max() == 1


def test_the_delay_of_the_altimeter_does_not_bias_the_height_in_a_climb():
    out, _, _ = fly(6.5)
    climbing = [(truth, estimate) for truth, estimate in out if truth.v_MB[2] > 1.0]
    behind = [estimate.p_MB[2] - truth.p_MB[2] for truth, estimate in climbing]
    # Rising by 1 to 2.5 m/s, 20 ms late uncorrected would be 2 to 5 cm.
    assert abs(np.mean(behind)) < 0.01


def test_simulated_features_rise_with_the_distance_as_outlines_of_rocks_do():
    tracker = SimulatedTracker(
        CAMERA, FLAT, 1, SimulatedTrackerParameters(rocks=0.0, loss=0.0, rise=0.01))
    for k in range(4):
        p_MB = np.array([20.0 + 0.1 * k, 10.0, 5.0])
        tracker.observe(Exposure(k, 'navcam', p_MB, LEVEL, ZERO, ZERO))
        if k == 0:
            first = tracker.points
    oldest = tracker.points[:10]
    assert oldest[:, 2] == pytest.approx(first[:10, 2] + 0.01 * 0.3, abs=1e-9)

# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""The state estimator: inertial sensor, altimeter and images become position and attitude."""

from __future__ import annotations

from dataclasses import dataclass
import math

from ingenuity_nodes.cameras.model import CameraModel
from ingenuity_nodes.compiled.entry import entry_point
from ingenuity_nodes.frames import compose, quaternion_from_rpy, rotation_matrix, Vector3
from ingenuity_nodes.navigation.delayed_updates import look, MEMORY, Records, replay, walk
from ingenuity_nodes.navigation.ground_plane import GROUND, height_over_plane
from ingenuity_nodes.navigation.measurement import SETTINGS
from ingenuity_nodes.navigation.propagation import (
    Array, BASE, ERRORS, INPUTS, PLANE, RANGE_SCALE, SLOTS, SPOT, STATES, YAW_SCALE)
from ingenuity_nodes.navigation.ray_table import RayTable
from ingenuity_nodes.navigation.reference_image import MOST_FEATURES, WIDTH
from ingenuity_nodes.parameters import quantity
from ingenuity_nodes.sensors.altimeter import AltimeterParameters
from ingenuity_nodes.sensors.imu import ImuParameters
from ingenuity_nodes.signals import (
    AltimeterSample, Estimate, FeatureFrame, ImuSample, InclinometerSample)
from ingenuity_nodes.timing import STEP, STEP_NS, TICK_NS
from ingenuity_nodes.world.mars import GRAVITY
import numpy as np


# [m/s^2/sqrt(Hz)] assumed: manoeuvres and gusts of 0.5 m/s^2 that last a second
GUESSED_FORCE = 0.5
# [s] assumed: within which an attitude has gone wrong steadily before somebody noticed
WRONG_TIME = 2.0


@dataclass(frozen=True)
class EstimatorParameters:
    """What the filter believes about its sensors and the ground."""

    origin_height: float = quantity(
        0.266, 'm', 'body origin above the ground at rest', low=0.0, high=2.0,
        source='leg meshes of nasa-jpl/m2020-urdf-models')
    gyro_noise: float = quantity(
        1.25e-4, 'rad/s/sqrt(Hz)', 'noise density of the rate', low=0.0, high=0.1,
        source='Bosch BMI160 data sheet: 0.007 deg/s/sqrt(Hz), and its quantisation')
    accel_noise: float = quantity(
        1.8e-3, 'm/s^2/sqrt(Hz)', 'noise density of the specific force', low=0.0, high=1.0,
        source='Bosch BMI160 data sheet: 180 ug/sqrt(Hz), and its quantisation')
    gyro_walk: float = quantity(
        2e-5, 'rad/s/sqrt(s)', 'random walk of the rate bias', low=0.0, high=0.01,
        source='as the sensor model')
    accel_walk: float = quantity(
        3e-4, 'm/s^2/sqrt(s)', 'random walk of the specific force bias', low=0.0, high=0.1,
        source='as the sensor model')
    gyro_bias: float = quantity(
        math.radians(0.2), 'rad/s', 'doubt about the rate bias at power-on', low=0.0, high=0.5,
        source='as the sensor model')
    accel_bias: float = quantity(
        0.021, 'm/s^2', 'doubt about the specific force bias at power-on', low=0.0, high=5.0,
        source='as the sensor model: bias 0.02, and 0.2 % of the weight by the scale error')
    yaw_scale: float = quantity(
        0.002, '1', 'doubt about the scale of the yaw rate', low=0.0, high=0.1,
        source='as the sensor model; roll and pitch swing to and fro, theirs averages out')
    tilt: float = quantity(
        math.radians(0.102), 'rad', 'doubt about roll and pitch at power-on', low=0.0, high=0.5,
        source='inclinometer: constant error 0.1 deg, one reading 0.02 deg')
    yaw: float = quantity(
        math.radians(0.04), 'rad', 'doubt about yaw at power-on', low=0.0, high=3.2,
        source='assumed: the plan defines the heading; standing up on the legs turns it a little')
    place: float = quantity(
        1e-3, 'm', 'doubt about the position at power-on', low=0.0, high=10.0,
        source='assumed: the plan defines the place; a little doubt keeps the filter regular')
    ground: float = quantity(
        0.005, 'm', 'doubt about the ground under the feet at power-on', low=0.0, high=1.0,
        source='assumed: the legs give way by 2 mm under the weight')
    slope: float = quantity(
        0.015, '1', 'spread of slopes', low=0.0, high=1.0,
        source='NASA MMGIS: Ingenuity rested on 1 to 2 deg; the ground model has 0.012 to 0.017')
    rest_speed: float = quantity(
        0.01, 'm/s', 'how still standing still is, in one step', low=1e-4, high=1.0,
        source='assumed: rotors turn while the aircraft waits')
    rest_rate: float = quantity(
        0.0028, 'rad/s', 'how still standing still is, in one step', low=1e-5, high=1.0,
        source='noise of one sample at 500 Hz')
    altimeter_noise: float = quantity(
        0.0202, 'm', 'spread of one distance', low=1e-3, high=5.0,
        source='as the sensor model: 2 cm, steps of 1 cm')
    altimeter_scale: float = quantity(
        0.003, '1', 'doubt about the scale of the distance', low=0.0, high=0.5,
        source='as the sensor model')
    pixel_noise: float = quantity(
        0.09, 'px', 'spread of one corner that changes from image to image', low=0.01,
        high=20.0, source='tracks through rendered images against the truth: 0.06 px at 3 m, '
                          '0.085 px over the rocks of Flight 3')
    pixel_drift: float = quantity(
        0.06, 'px', 'walk of one track from image to image', low=0.0, high=20.0,
        source='tracks through rendered images against the truth: 0.05 px, which makes 0.25 to '
               '0.3 px in a second; a little more, as tracks of one image walk alike')
    corners: float = quantity(
        0.008, '1', 'corners leave the plane by this share of their distance', low=0.0, high=1.0,
        source='tracks through rendered images against the truth: 0.0054 to 0.006 at 3 and 5 m '
               'height; and the relief')
    creep: float = quantity(
        0.001, '1', 'heights go wrong by this share of the way', low=0.0, high=0.1,
        source='Flight 3 by images over four grounds: 6 to 16 cm in 100 m, always downward: '
               'corners rise as outlines of rocks climb over them')
    relief: float = quantity(
        0.005, '1', 'ground leaves its plane by this share of the height', low=0.0, high=1.0,
        source='plane fits to the ground model at 1.5 to 10 m height: 0.0042 to 0.0067')
    bend: float = quantity(
        0.0055, '1', 'change of slope over one height of way', low=0.0, high=1.0,
        source='plane fits to the ground model at 1.5 to 10 m height: 0.0043 to 0.0075')
    gate: float = quantity(
        13.8, '1', 'largest normalised innovation squared of one feature', low=1.0, high=1e6,
        source='chi squared with two degrees of freedom: 0.1 % of good ones are lost')
    camera_height: float = quantity(
        1.0, 'm', 'images are used above this height only', low=0.0, high=20.0,
        source='NASA Flight 6 post; J. Stechschulte 2021: images start at about 1 m')
    common: float = quantity(
        0.5, '1', 'share of the base image below which a new one is chosen', low=0.0, high=1.0,
        source='assumed')
    fewest: int = quantity(
        10, '1', 'features below which a new base image is chosen', low=4, high=MOST_FEATURES,
        source='assumed')
    oldest: int = quantity(
        30, '1', 'comparisons after which a new base image is chosen', low=1, high=1000,
        source='assumed: a second; tracks have walked by half a pixel then')


_IMU, _ALTIMETER = ImuParameters(), AltimeterParameters()


class Estimator:
    """
    Error-state filter in the manner of MAVeN, with the ground plane as a state.

    ``camera`` is the calibrated navigation camera; of ``imu`` and ``altimeter`` only the places
    and delays are used, their noise is what ``parameters`` believe. Its last state is as old as
    an inertial sample; the estimate is carried on from there to the instant of the step.
    """

    def __init__(
        self, parameters: EstimatorParameters, camera: CameraModel,
        imu: ImuParameters = _IMU, altimeter: AltimeterParameters = _ALTIMETER,
    ) -> None:
        self.parameters = parameters
        self._rays = RayTable(camera)
        self._R_BI = rotation_matrix(quaternion_from_rpy(*imu.mounting))
        self._turned = any(angle != 0.0 for angle in imu.mounting)
        self._p_BI = np.array(imu.position)
        self._settings = _settings(parameters, camera, imu, altimeter)
        self._late = int(self._settings['late'][0])
        self._memory = np.zeros(1, MEMORY)
        self._report, self._P, self._known = (
            self._memory[name][0] for name in ('report', 'P', 'known'))
        self._f_B, self._w_B = np.zeros(3), np.zeros(3)
        self._walk = entry_point(
            walk, self._memory, self._settings, 0, self._f_B, self._w_B, 0.0, 0.0)
        self._look_at = entry_point(
            look, self._memory, self._settings, 0, np.zeros(1, dtype=np.int64), np.zeros((1, 3)),
            0.0, 0, 0)
        self._height_over_plane = entry_point(
            height_over_plane, self._memory['x'][0, 0], 0.0, 0.0, 0.0)
        self._replay = entry_point(replay, self._memory, self._settings, 0, 0)
        self._step = 0
        self._image_step = 0
        self._used, self._innovation = 0, 0.0
        self._early: FeatureFrame | None = None
        self._covariance = np.zeros((15, 15))
        self.lost_images = 0     # came too late or with an impossible time

    def initialise(
        self, t_ns: int, inclinometer: InclinometerSample, yaw: float, p_MB: Vector3,
    ) -> None:
        """
        Start at rest: tilt from the inclinometer, yaw and place from the plan.

        ``t_ns`` is the instant of the first inertial sample to come.
        """
        p, m = self.parameters, self._memory[0]
        self._step = t_ns // STEP_NS - self._late - 1    # the first sample comes at ``t_ns``
        now = self._step % SLOTS
        q_MB = compose(
            quaternion_from_rpy(0.0, 0.0, yaw),
            quaternion_from_rpy(inclinometer.roll, inclinometer.pitch, 0.0))
        R_MB = rotation_matrix(q_MB)
        x = np.zeros(STATES)
        x[0:3] = x[16:19] = p_MB + R_MB @ self._p_BI
        x[6:10] = x[19:23] = q_MB
        x[23] = p_MB[2] - p.origin_height
        m['x'][now], m['P'][now], m['known'][now] = x, _first_covariance(p), self._step
        m['inputs'][now] = np.concatenate([
            R_MB.T @ np.array([0.0, 0.0, GRAVITY]), np.zeros(INPUTS - 3)])
        m['base']['filled'], m['base']['way'] = 0, 0.0
        m['corrected'] = self._step
        self._read_covariance()

    def step(
        self, imu: ImuSample, altimeter: AltimeterSample | None,
        features: FeatureFrame | None, at_rest: bool = False,
    ) -> Estimate:
        """
        Take in what arrived at one step of 2 ms.

        Parameters
        ----------
        imu, altimeter
            Samples of this step; a specific force of NaN is not known.
        features
            Of an image exposed up to a quarter of a second ago; its ``t_ns`` says when.
        at_rest
            The aircraft knows that it stands on the ground.

        """
        self._step += 1
        f_B, w_B = imu.f_I, imu.w_MI_I
        if self._turned:
            f_B, w_B = self._R_BI @ f_B, self._R_BI @ w_B
        if f_B[0] != f_B[0]:
            f_B = self._thrust_in_hover()
        distance = math.nan if altimeter is None else float(altimeter.distance)
        self._f_B[:], self._w_B[:] = f_B, w_B
        self._walk(self._memory, self._settings, self._step, self._f_B, self._w_B, distance,
                   1.0 if at_rest else 0.0)
        features, self._early = features or self._early, None
        if features is not None:
            self._look(features)
        return self._estimate(imu.t_ns)

    def doubt(self, turned: float) -> None:
        """Hear that the attitude may have gone wrong by so much in the last seconds [rad]."""
        # In all steps of the memory: a late image walks on from one of them.
        for first, spread in ((0, turned * GRAVITY * WRONG_TIME ** 2 / 6.0),
                              (3, turned * GRAVITY * WRONG_TIME / 2.0),
                              (6, turned), (9, 0.1 * turned / WRONG_TIME)):
            for k in range(first, first + 3):
                self._P[:, k, k] += spread ** 2

    def _thrust_in_hover(self) -> Array:
        """Give the specific force of an even flight, for want of a measured one, and doubt it."""
        # For good: an accelerometer that has failed once is not asked again.
        self._settings['Q'][0, :3] = GUESSED_FORCE ** 2 * STEP
        q = self._memory['x'][0, (self._step - 1) % SLOTS, 6:10]
        up = 1.0 - 2.0 * (q[1] ** 2 + q[2] ** 2)
        return np.array([0.0, 0.0, GRAVITY / max(0.5, up)])

    def _look(self, features: FeatureFrame) -> None:
        """Use an image that was taken high enough and is not older than the memory."""
        p, m = self.parameters, self._memory[0]
        exposed = features.t_ns // STEP_NS
        age = self._step - exposed
        if -self._late <= age < 0:
            self._early = features    # until the inertial samples of its exposure are here
            return
        if not 0 <= age < SLOTS - 1 or exposed <= self._image_step:
            self.lost_images += 1
            return
        self._image_step = exposed
        x = m['x'][exposed % SLOTS]
        if self._height_over_plane(x, x[0], x[1], x[2]) < p.camera_height:
            m['base']['filled'] = 0
            self._used = 0
            return
        ids = np.ascontiguousarray(features.ids[:MOST_FEATURES], dtype=np.int64)
        rays = self._rays.rays(features.uv[:MOST_FEATURES])
        self._used, self._innovation = self._look_at(
            self._memory, self._settings, exposed, ids, rays, p.common, p.fewest, p.oldest)
        self._replay(self._memory, self._settings, exposed + 1, self._step)
        self._read_covariance()

    def _read_covariance(self) -> None:
        known = self._known[self._step % SLOTS] % SLOTS
        self._covariance = self._P[known, :15, :15].copy()

    def _estimate(self, t_ns: int) -> Estimate:
        out = self._report.copy()
        if t_ns % TICK_NS == 0:
            self._read_covariance()
        stale = self._step - self._image_step > SLOTS
        return Estimate(
            t_ns, out[0:3], out[3:6], out[6:10], out[10:13], out[13:16], out[16:19],
            float(out[19]), self._covariance, 0 if stale else self._used, self._innovation)


def _first_covariance(p: EstimatorParameters) -> Array:
    """Say what is known at power-on; the base pose is that of now."""
    doubt = np.repeat(
        [p.place, 1e-3, p.tilt, p.gyro_bias, p.accel_bias, 0.0, 0.0, p.slope, 0.0], 3)
    doubt[8] = p.yaw
    doubt[PLANE], doubt[SPOT] = p.ground, p.relief
    doubt[RANGE_SCALE], doubt[YAW_SCALE] = p.altimeter_scale, p.yaw_scale
    P = np.zeros((ERRORS, WIDTH))
    P[:, :ERRORS] = np.diag(doubt ** 2)
    pose = [0, 1, 2, 6, 7, 8]
    P[BASE:BASE + 6] = P[pose]
    P[:, BASE:BASE + 6] = P[:, pose]
    return P


def _settings(
    p: EstimatorParameters, camera: CameraModel, imu: ImuParameters,
    altimeter: AltimeterParameters,
) -> Records:
    """Translate the parameters for the compiled code."""
    p_BI, p_BA = np.array(imu.position), np.array(altimeter.position)
    densities = np.array([p.accel_noise, p.gyro_noise, p.gyro_walk, p.accel_walk])
    out = np.zeros(1, SETTINGS)
    out['Q'] = np.repeat(densities ** 2 * STEP, 3)
    out['p_IB'], out['p_IA'], out['p_IC'] = -p_BI, p_BA - p_BI, camera.p_BC - p_BI
    for name in ('altimeter_noise', 'rest_speed', 'rest_rate', 'gate'):
        out[name] = getattr(p, name)
    out['late'] = round(imu.delay / STEP)
    out['altimeter_late'] = max(0, round(altimeter.delay / STEP) - int(out['late'][0]))
    out['ray_noise'] = p.pixel_noise * camera.pixel_angle
    out['ray_drift'] = p.pixel_drift * camera.pixel_angle
    for name in GROUND.names or ():
        out['ground'][name] = getattr(p, name)
    return out

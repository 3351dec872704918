# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""The state estimator: inertial sensor, altimeter and images become position and attitude."""

from __future__ import annotations

from dataclasses import dataclass
import math

from ingenuity_nodes.cameras.model import CameraModel
from ingenuity_nodes.compiled.entry import entry_point
from ingenuity_nodes.frames import compose, quaternion_from_rpy, rotation_matrix, Vector3
from ingenuity_nodes.navigation.bearing_table import BearingTable
from ingenuity_nodes.navigation.delayed_updates import (
    BUFFER, image_update, OUTPUT, propagate, Records, replay, SLOTS)
from ingenuity_nodes.navigation.ground_plane import GROUND, height_over_plane
from ingenuity_nodes.navigation.measurement import CONFIGURATION
from ingenuity_nodes.navigation.reference_image import MOST_FEATURES, WIDTH
from ingenuity_nodes.navigation.state import (
    ACCEL_BIAS, Array, ATTITUDE, ERRORS, FORCE_SCALE, GROUND_HEIGHT, GYRO_BIAS, INPUTS,
    KEY_ATTITUDE, KEY_POSITION, POSITION, RANGE_SCALE, RATE_SCALE, SLOPE, SPOT_HEIGHT, STATE,
    VELOCITY)
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
    """What the filter assumes of its sensors and of the ground."""

    origin_height: float = quantity(
        0.266, 'm', 'body origin above the ground at rest', low=0.0, high=2.0,
        source='leg meshes of nasa-jpl/m2020-urdf-models')
    gyro_noise: float = quantity(
        1.25e-4, 'rad/s/sqrt(Hz)', 'noise density of the rate', low=0.0, high=0.1,
        source='Bosch BMI160 data sheet: 0.007 deg/s/sqrt(Hz), and its quantisation')
    accel_noise: float = quantity(
        1.8e-3, 'm/s^2/sqrt(Hz)', 'noise density of the specific force', low=0.0, high=1.0,
        source='Bosch BMI160 data sheet: 180 ug/sqrt(Hz), and its quantisation')
    gyro_random_walk: float = quantity(
        2e-5, 'rad/s/sqrt(s)', 'random walk of the rate bias', low=0.0, high=0.01,
        source='as the sensor model', former='gyro_walk')
    accel_random_walk: float = quantity(
        3e-4, 'm/s^2/sqrt(s)', 'random walk of the specific force bias', low=0.0, high=0.1,
        source='as the sensor model', former='accel_walk')
    gyro_bias: float = quantity(
        math.radians(0.2), 'rad/s', 'sigma of the rate bias at power-on', low=0.0, high=0.5,
        source='as the sensor model')
    accel_bias: float = quantity(
        0.02, 'm/s^2', 'sigma of the specific force bias at power-on', low=0.0, high=5.0,
        source='as the sensor model')
    rate_scale: float = quantity(
        0.002, '1', 'sigma of the scales of the rate', low=0.0, high=0.1,
        source='as the sensor model', former='yaw_scale')
    force_scale: float = quantity(
        0.002, '1', 'sigma of the scales of the specific force', low=0.0, high=0.1,
        source='as the sensor model')
    tilt: float = quantity(
        math.radians(0.102), 'rad', 'sigma of roll and pitch at power-on', low=0.0, high=0.5,
        source='inclinometer: constant error 0.1 deg, one reading 0.02 deg')
    yaw: float = quantity(
        math.radians(0.04), 'rad', 'sigma of yaw at power-on', low=0.0, high=3.2,
        source='assumed: the plan defines the heading; standing up on the legs turns it a little')
    position: float = quantity(
        1e-3, 'm', 'sigma of the position at power-on', low=0.0, high=10.0,
        source='assumed: the plan defines the position; a little keeps the filter regular',
        former='place')
    ground: float = quantity(
        0.005, 'm', 'sigma of the ground under the feet at power-on', low=0.0, high=1.0,
        source='assumed: the legs give way by 2 mm under the weight')
    slope: float = quantity(
        0.015, '1', 'sigma of slopes', low=0.0, high=1.0,
        source='NASA MMGIS: Ingenuity rested on 1 to 2 deg; the ground model has 0.012 to 0.017')
    rest_speed: float = quantity(
        0.01, 'm/s', 'residual speed at rest, in one step', low=1e-4, high=1.0,
        source='assumed: rotors turn while the aircraft waits')
    rest_rate: float = quantity(
        0.0028, 'rad/s', 'noise of the rate at rest, in one step', low=1e-5, high=1.0,
        source='noise of one sample at 500 Hz')
    altimeter_noise: float = quantity(
        0.0202, 'm', 'sigma of one distance', low=1e-3, high=5.0,
        source='as the sensor model: 2 cm, steps of 1 cm')
    altimeter_scale: float = quantity(
        0.003, '1', 'sigma of the scale of the distance', low=0.0, high=0.5,
        source='as the sensor model')
    pixel_noise: float = quantity(
        0.10, 'px', 'white noise of one feature from image to image', low=0.01, high=20.0,
        source='tracks through rendered images against the truth: 0.06 px at 3 m, 0.085 px over '
               'the rocks of Flight 3; more, as tracks of one image err alike: see '
               'SimulatedTrackerParameters')
    pixel_drift: float = quantity(
        0.07, 'px', 'random walk of one feature from image to image', low=0.0, high=20.0,
        source='tracks through rendered images against the truth: 0.05 px, which makes 0.25 to '
               '0.3 px in a second; more, for the same reason')
    feature_height: float = quantity(
        0.008, '1', 'height of features over the plane, over their distance', low=0.0, high=1.0,
        source='tracks through rendered images against the truth: 0.0054 to 0.006 at 3 and 5 m '
               'height; and the relief', former='corners')
    height_drift: float = quantity(
        0.001, '1', 'drift of heights, over the distance travelled', low=0.0, high=0.1,
        source='Flight 3 by images over four grounds: 6 to 16 cm in 100 m, always downward: '
               'features rise as outlines of rocks climb over them', former='creep')
    relief: float = quantity(
        0.005, '1', 'deviation of the ground from its plane, over the height', low=0.0, high=1.0,
        source='plane fits to the ground model at 1.5 to 10 m height: 0.0042 to 0.0067')
    bend: float = quantity(
        0.0055, '1', 'change of slope over a distance of one height', low=0.0, high=1.0,
        source='plane fits to the ground model at 1.5 to 10 m height: 0.0043 to 0.0075')
    gate: float = quantity(
        13.8, '1', 'largest normalised innovation squared of one feature', low=1.0, high=1e6,
        source='chi squared with two degrees of freedom: 0.1 % of good ones are lost')
    camera_height: float = quantity(
        1.0, 'm', 'images are used above this height only', low=0.0, high=20.0,
        source='NASA Flight 6 post; J. Stechschulte 2021: images start at about 1 m')
    common: float = quantity(
        0.5, '1', 'fraction of its features below which a reference image is replaced', low=0.0,
        high=1.0, source='assumed')
    fewest: int = quantity(
        10, '1', 'features used below which a new reference image is set', low=4,
        high=MOST_FEATURES, source='assumed')
    oldest: int = quantity(
        30, '1', 'comparisons after which a new reference image is set', low=1, high=1000,
        source='assumed: a second; tracks have drifted by half a pixel then')


_IMU, _ALTIMETER = ImuParameters(), AltimeterParameters()
_P_MB, _V_MB, _Q_MB, _W_MB_B, _GYRO_BIAS, _ACCEL_BIAS, _ = (    # in an array of the output
    slice(about[1] // 8, (about[1] + about[0].itemsize) // 8)
    for about in (OUTPUT.fields or {}).values())


class Estimator:
    """
    Error-state filter in the manner of MAVeN, with the ground plane as a state.

    ``camera`` is the calibrated navigation camera; of ``imu`` and ``altimeter`` only the positions
    and delays are used, their noise is that of ``parameters``. The filter's last state is as old
    as an inertial sample; the estimate is propagated from there to the instant of the step.
    """

    def __init__(
        self, parameters: EstimatorParameters, camera: CameraModel,
        imu: ImuParameters = _IMU, altimeter: AltimeterParameters = _ALTIMETER,
    ) -> None:
        self.parameters = parameters
        self._bearings = BearingTable(camera)
        self._R_BI = rotation_matrix(quaternion_from_rpy(*imu.mounting))
        self._rotated = any(angle != 0.0 for angle in imu.mounting)
        self._p_BI = np.array(imu.position)
        self._config = configuration_of(parameters, camera, imu, altimeter)
        self._delay = int(self._config['imu_delay'][0])
        self._buffer, self._inputs = np.zeros(1, BUFFER), np.zeros(1, INPUTS)
        self._P, self._P_step = self._buffer['P'][0], self._buffer['P_step'][0]
        self._output = self._buffer['output'].view(np.float64)
        self._f_B, self._w_MB_B = self._inputs['f_B'][0], self._inputs['w_MB_B'][0]
        self._altimeter, self._at_rest = self._inputs['altimeter'], self._inputs['at_rest']
        self._propagate = entry_point(propagate, self._buffer, self._config, 0, self._inputs)
        self._image_update = entry_point(
            image_update, self._buffer, self._config, 0, np.zeros(1, dtype=np.int64),
            np.zeros((1, 3)))
        self._height_over_plane = entry_point(
            height_over_plane, self._buffer['x'][0, 0], 0.0, 0.0, 0.0)
        self._replay = entry_point(replay, self._buffer, self._config, 0, 0)
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
        Start at rest: tilt from the inclinometer, yaw and position from the plan.

        ``t_ns`` is the instant of the first inertial sample to come.
        """
        p, buffer = self.parameters, self._buffer[0]
        self._step = t_ns // STEP_NS - self._delay - 1    # the first sample comes at ``t_ns``
        now = self._step % SLOTS
        q_MB = compose(
            quaternion_from_rpy(0.0, 0.0, yaw),
            quaternion_from_rpy(inclinometer.roll, inclinometer.pitch, 0.0))
        R_MB = rotation_matrix(q_MB)
        x = np.zeros((), STATE)
        x['p_MI'] = x['p_MK'] = p_MB + R_MB @ self._p_BI
        x['q_MB'] = x['q_MK'] = q_MB
        x['ground_height'] = p_MB[2] - p.origin_height
        buffer['x'][now], buffer['P'][now] = x, _first_covariance(p)
        buffer['P_step'][now] = buffer['image_step'] = self._step
        inputs = np.zeros((), INPUTS)
        inputs['f_B'] = R_MB.T @ np.array([0.0, 0.0, GRAVITY])
        buffer['inputs'][now] = inputs
        buffer['reference']['count'], buffer['reference']['distance'] = 0, 0.0
        self._read_covariance()

    def step(
        self, imu: ImuSample, altimeter: AltimeterSample | None,
        features: FeatureFrame | None, at_rest: bool = False,
    ) -> Estimate:
        """
        Propagate and update with what arrived at one step of 2 ms.

        Parameters
        ----------
        imu, altimeter
            Samples of this step; a specific force of NaN is not known.
        features
            Of an image exposed up to a quarter of a second ago; its ``t_ns`` is the exposure.
        at_rest
            The aircraft knows that it stands on the ground.

        """
        self._step += 1
        f_B, w_MB_B = imu.f_I, imu.w_MI_I
        if self._rotated:
            f_B, w_MB_B = self._R_BI @ f_B, self._R_BI @ w_MB_B
        if f_B[0] != f_B[0]:
            f_B = self._thrust_in_hover()
        self._f_B[:], self._w_MB_B[:] = f_B, w_MB_B
        self._altimeter[0] = math.nan if altimeter is None else altimeter.distance
        self._at_rest[0] = 1.0 if at_rest else 0.0
        self._propagate(self._buffer, self._config, self._step, self._inputs)
        features, self._early = features or self._early, None
        if features is not None:
            self._update_with(features)
        return self._estimate(imu.t_ns)

    def inflate_covariance(self, attitude_error: float) -> None:
        """Allow for an attitude that may have gone wrong by so much in the last seconds [rad]."""
        # An image exposed before would take the variance away and leave the error, made since.
        self._image_step = max(self._image_step, self._step)
        # In all steps of the buffer: the replay after a late image begins at one of them.
        for first, sigma in (
                (POSITION, attitude_error * GRAVITY * WRONG_TIME ** 2 / 6.0),
                (VELOCITY, attitude_error * GRAVITY * WRONG_TIME / 2.0),
                (ATTITUDE, attitude_error), (GYRO_BIAS, 0.1 * attitude_error / WRONG_TIME)):
            for k in range(first, first + 3):
                self._P[:, k, k] += sigma ** 2

    def _thrust_in_hover(self) -> Array:
        """Return the specific force of a hover, for want of a measured one; raise its noise."""
        # For good: an accelerometer that has failed once is not used again.
        self._config['Q'][0, :3] = GUESSED_FORCE ** 2 * STEP
        q_MB = self._buffer['x']['q_MB'][0, (self._step - 1) % SLOTS]
        up = 1.0 - 2.0 * (q_MB[1] ** 2 + q_MB[2] ** 2)
        return np.array([0.0, 0.0, GRAVITY / max(0.5, up)])

    def _update_with(self, features: FeatureFrame) -> None:
        """Use an image that was taken high enough and is not older than the buffer."""
        exposed = features.t_ns // STEP_NS
        age = self._step - exposed
        if -self._delay <= age < 0:
            self._early = features    # until the inertial samples of its exposure are here
            return
        if not 0 <= age < SLOTS - 1 or exposed <= self._image_step:
            self.lost_images += 1
            return
        self._image_step = exposed
        x = self._buffer['x'][0, exposed % SLOTS]
        if self._height_over_plane(x, *x['p_MI']) < self.parameters.camera_height:
            self._buffer['reference']['count'] = 0
            self._used = 0
            return
        ids = np.ascontiguousarray(features.ids[:MOST_FEATURES], dtype=np.int64)
        bearings = self._bearings.bearings(features.uv[:MOST_FEATURES])
        self._used, self._innovation = self._image_update(
            self._buffer, self._config, exposed, ids, bearings)
        self._replay(self._buffer, self._config, exposed + 1, self._step)
        self._read_covariance()

    def _read_covariance(self) -> None:
        slot = self._P_step[self._step % SLOTS] % SLOTS
        self._covariance = self._P[slot, :KEY_POSITION, :KEY_POSITION].copy()

    def _estimate(self, t_ns: int) -> Estimate:
        out = self._output.copy()
        if t_ns % TICK_NS == 0:
            self._read_covariance()
        stale = self._step - self._image_step > SLOTS
        return Estimate(
            t_ns, out[_P_MB], out[_V_MB], out[_Q_MB], out[_W_MB_B], out[_GYRO_BIAS],
            out[_ACCEL_BIAS], float(out[-1]), self._covariance, 0 if stale else self._used,
            self._innovation)


def _first_covariance(p: EstimatorParameters) -> Array:
    """Return the covariance at power-on; the pose of the reference image is that of now."""
    sigma = np.zeros(ERRORS)
    for first, value in ((POSITION, p.position), (VELOCITY, 1e-3), (ATTITUDE, p.tilt),
                         (GYRO_BIAS, p.gyro_bias), (ACCEL_BIAS, p.accel_bias)):
        sigma[first:first + 3] = value
    sigma[ATTITUDE + 2] = p.yaw
    sigma[GROUND_HEIGHT], sigma[SPOT_HEIGHT] = p.ground, p.relief
    sigma[SLOPE:SLOPE + 2] = p.slope
    # In a tilt that lasts, a scale error of the force across the body does to the velocity what
    # one of the rate about the other axis does: the filter has one state for both.
    across = math.hypot(p.rate_scale, p.force_scale)
    sigma[RATE_SCALE:RATE_SCALE + 3] = across, across, p.rate_scale
    sigma[RANGE_SCALE], sigma[FORCE_SCALE] = p.altimeter_scale, p.force_scale
    P = np.zeros((ERRORS, WIDTH))
    P[:, :ERRORS] = np.diag(sigma ** 2)
    for key, now in ((KEY_POSITION, POSITION), (KEY_ATTITUDE, ATTITUDE)):
        P[key:key + 3] = P[now:now + 3]
    for key, now in ((KEY_POSITION, POSITION), (KEY_ATTITUDE, ATTITUDE)):
        P[:, key:key + 3] = P[:, now:now + 3]
    return P


def configuration_of(
    p: EstimatorParameters, camera: CameraModel, imu: ImuParameters,
    altimeter: AltimeterParameters,
) -> Records:
    """Return the parameters in the form that kernels take."""
    p_BI, p_BA = np.array(imu.position), np.array(altimeter.position)
    densities = np.array([p.accel_noise, p.gyro_noise, p.gyro_random_walk, p.accel_random_walk])
    out = np.zeros(1, CONFIGURATION)
    out['Q'] = np.repeat(densities ** 2 * STEP, 3)
    out['p_IB'], out['p_IA'], out['p_IC'] = -p_BI, p_BA - p_BI, camera.p_BC - p_BI
    for name in ('altimeter_noise', 'rest_speed', 'rest_rate', 'gate', 'common', 'fewest',
                 'oldest'):
        out[name] = getattr(p, name)
    out['altimeter_reach'] = altimeter.maximum
    out['imu_delay'] = round(imu.delay / STEP)
    out['altimeter_delay'] = max(0, round(altimeter.delay / STEP) - int(out['imu_delay'][0]))
    out['bearing_noise'] = p.pixel_noise * camera.pixel_angle
    out['bearing_drift'] = p.pixel_drift * camera.pixel_angle
    for name in GROUND.names or ():
        out['ground'][name] = getattr(p, name)
    return out

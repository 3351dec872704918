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
"""The state estimator: inertial sensor, altimeter and pictures become position and attitude."""

from __future__ import annotations

from dataclasses import dataclass
import math

from ingenuity_nodes.cameras.model import CameraModel
from ingenuity_nodes.frames import (
    compose, quaternion_from_rpy, rotation_matrix, Vector3)
from ingenuity_nodes.navigation.history import empty_memory, look, MOST_FEATURES, report, walk
from ingenuity_nodes.navigation.measurement import Settings
from ingenuity_nodes.navigation.propagation import INPUTS, SLOTS
from ingenuity_nodes.navigation.rays import RayTable
from ingenuity_nodes.parameters import quantity
from ingenuity_nodes.sensors.altimeter import AltimeterParameters
from ingenuity_nodes.sensors.imu import ImuParameters
from ingenuity_nodes.signals import (
    AltimeterSample, Estimate, FeatureFrame, ImuSample, InclinometerSample)
from ingenuity_nodes.timing import STEP, STEP_NS, TICK_NS
from ingenuity_nodes.world.mars import GRAVITY
import numpy as np


@dataclass(frozen=True)
class EstimatorParameters:
    """What the filter believes about its sensors and the ground."""

    origin_height: float = quantity(
        0.266, 'm', 'body origin above the ground at rest', low=0.0, high=2.0,
        source='leg meshes of nasa-jpl/m2020-urdf-models')
    gyro_noise: float = quantity(
        2.5e-4, 'rad/s/sqrt(Hz)', 'noise density of the rate', low=0.0, high=0.1,
        source='assumed: twice the data sheet, for scale error and vibration')
    accel_noise: float = quantity(
        0.04, 'm/s^2/sqrt(Hz)', 'noise density of the specific force', low=0.0, high=1.0,
        source='assumed: twenty times the data sheet, for vibration and sloping ground')
    gyro_walk: float = quantity(
        3e-5, 'rad/s/sqrt(s)', 'random walk of the rate bias', low=0.0, high=0.01,
        source='assumed: a little above the sensor model')
    accel_walk: float = quantity(
        5e-4, 'm/s^2/sqrt(s)', 'random walk of the specific force bias', low=0.0, high=0.1,
        source='assumed: a little above the sensor model')
    gyro_bias: float = quantity(
        math.radians(0.3), 'rad/s', 'doubt about the rate bias at power-on', low=0.0, high=0.5,
        source='assumed: a little above the sensor model')
    accel_bias: float = quantity(
        0.03, 'm/s^2', 'doubt about the specific force bias at power-on', low=0.0, high=5.0,
        source='assumed: a little above the sensor model')
    tilt: float = quantity(
        math.radians(0.15), 'rad', 'doubt about roll and pitch at power-on', low=0.0, high=0.5,
        source='assumed: a little above the inclinometer model')
    yaw: float = quantity(
        math.radians(0.1), 'rad', 'doubt about yaw at power-on', low=0.0, high=3.2,
        source='assumed: the plan defines the heading; a little doubt keeps the filter regular')
    place: float = quantity(
        0.01, 'm', 'doubt about the position at power-on', low=0.0, high=10.0,
        source='assumed: the plan defines the place; a little doubt keeps the filter regular')
    rest_speed: float = quantity(
        0.05, 'm/s', 'how still standing still is, in one step', low=1e-4, high=1.0,
        source='assumed: rotors turn while the aircraft waits')
    rest_rate: float = quantity(
        0.004, 'rad/s', 'how still standing still is, in one step', low=1e-5, high=1.0,
        source='assumed: a little above the noise of one sample')
    altimeter_noise: float = quantity(
        0.3, 'm', 'spread of one distance', low=1e-3, high=5.0,
        source='assumed: sensor 2 cm; bumps of 10 cm that last some ten readings')
    altimeter_slope: float = quantity(
        0.01, '1', 'spread of one distance that grows with it', low=0.0, high=0.5,
        source='Garmin LIDAR-Lite v3 manual: 1 %')
    pixel_noise: float = quantity(
        5.0, 'px', 'spread of one tracked corner', low=0.01, high=20.0,
        source='assumed: tracker 0.3 px; rocks err by pixels and in all pictures alike')
    tracker_noise: float = quantity(
        1.0, 'px', 'features that agree to this are never refused', low=0.01, high=20.0,
        source='assumed: Lucas-Kanade 0.3 px, and small stones')
    relief: float = quantity(
        1.5, 'm', 'spread of the ground about a plane', low=0.0, high=10.0,
        source='assumed: bumps of 10 cm, but the same in some hundred pictures in a row')
    gate: float = quantity(
        13.8, '1', 'largest normalised innovation squared of one feature', low=1.0, high=1e6,
        source='chi squared with two degrees of freedom: 0.1 % of good ones are lost')
    camera_height: float = quantity(
        1.0, 'm', 'pictures are used above this height only', low=0.0, high=20.0,
        source='NASA Flight 6 post; J. Stechschulte 2021: pictures start at about 1 m')
    common: float = quantity(
        0.5, '1', 'share of the base picture below which a new one is chosen', low=0.0, high=1.0,
        source='assumed')
    fewest: int = quantity(
        10, '1', 'features below which a new base picture is chosen', low=4, high=MOST_FEATURES,
        source='assumed')


_IMU, _ALTIMETER = ImuParameters(), AltimeterParameters()


class Estimator:
    """
    Error-state filter in the manner of MAVeN: 21 error states, flat ground.

    ``camera`` is the calibrated navigation camera; of ``imu`` and ``altimeter`` only the places
    are used, their noise is what ``parameters`` believe.
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
        self._settings = _settings(parameters, camera, self._p_BI, np.array(altimeter.position))
        self._memory = empty_memory()
        self._step = 0
        self._picture_step = 0
        self._used, self._innovation = 0, 0.0
        self._covariance = np.zeros((15, 15))
        self.lost_pictures = 0     # came too late or with an impossible time
        self.base_pictures = 0     # base pictures chosen so far

    def initialise(
        self, t_ns: int, inclinometer: InclinometerSample, yaw: float, p_MB: Vector3,
    ) -> None:
        """Start at rest: tilt from the inclinometer, yaw and place from the plan."""
        p, m = self.parameters, self._memory
        self._step = t_ns // STEP_NS
        now = self._step % SLOTS
        q_MB = compose(
            quaternion_from_rpy(0.0, 0.0, yaw),
            quaternion_from_rpy(inclinometer.roll, inclinometer.pitch, 0.0))
        R_MB = rotation_matrix(q_MB)
        m.x[now] = 0.0
        m.x[now, 0:3] = p_MB + R_MB @ self._p_BI
        m.x[now, 6:10] = q_MB
        m.x[now, 19:23] = q_MB
        sigma = np.array([p.place, 1e-3, p.tilt, p.gyro_bias, p.accel_bias, p.place, p.tilt])
        deviation = np.repeat(sigma, 3)
        deviation[8] = p.yaw
        m.P[now] = np.diag(deviation ** 2)
        m.inputs[now] = np.concatenate([
            R_MB.T @ np.array([0.0, 0.0, GRAVITY]), np.zeros(INPUTS - 3)])
        m.base[:] = 0
        self._settings.ground[0] = p_MB[2] - p.origin_height
        self._covariance = m.P[now, :15, :15].copy()

    def step(
        self, imu: ImuSample, altimeter: AltimeterSample | None,
        features: FeatureFrame | None, at_rest: bool = False,
    ) -> Estimate:
        """
        Take in what arrived at one step of 2 ms.

        Parameters
        ----------
        imu, altimeter
            Samples of this step.
        features
            Of a picture exposed up to a quarter of a second ago; its ``t_ns`` says when.
        at_rest
            The aircraft knows that it stands on the ground.

        """
        self._step += 1
        f_B, w_B = imu.f_I, imu.w_MI_I
        if self._turned:
            f_B, w_B = self._R_BI @ f_B, self._R_BI @ w_B
        distance = math.nan if altimeter is None else altimeter.distance
        walk(self._memory, self._settings, self._step, f_B, w_B, distance, 1.0 if at_rest else 0.0)
        if features is not None:
            self._look(features)
        return self._estimate(imu.t_ns)

    def _look(self, features: FeatureFrame) -> None:
        """Use a picture that was taken high enough and is not older than the memory."""
        p, m = self.parameters, self._memory
        exposed = features.t_ns // STEP_NS
        age = self._step - exposed
        if not 0 <= age < SLOTS - 1 or exposed <= self._picture_step:
            self.lost_pictures += 1
            return
        self._picture_step = exposed
        height = m.x[exposed % SLOTS, 2] - self._settings.ground[0]
        if height < p.camera_height:
            m.base[0] = 0
            self._used = 0
            return
        ids, rays = features.ids[:MOST_FEATURES], self._rays.rays(features.uv[:MOST_FEATURES])
        self._used, self._innovation, _ = look(
            m, self._settings, self._step, exposed, ids, rays, p.common, p.fewest)
        self.base_pictures += int(m.base[1] == exposed)
        self._covariance = m.P[self._step % SLOTS, :15, :15].copy()

    def _estimate(self, t_ns: int) -> Estimate:
        out = report(self._memory, self._step, -self._p_BI)
        if t_ns % TICK_NS == 0:
            self._covariance = self._memory.P[self._step % SLOTS, :15, :15].copy()
        stale = self._step - self._picture_step > SLOTS
        return Estimate(
            t_ns, out[0:3], out[3:6], out[6:10], out[10:13], out[13:16], out[16:19],
            float(out[2] - self._settings.ground[0]), self._covariance,
            0 if stale else self._used, self._innovation)

    @property
    def base_feature_count(self) -> int:
        """Features in the base picture."""
        return int(self._memory.base[0])


def _settings(
    p: EstimatorParameters, camera: CameraModel, p_BI: Vector3, p_BA: Vector3,
) -> Settings:
    """Translate the parameters for the compiled code."""
    densities = np.array([p.accel_noise, p.gyro_noise, p.gyro_walk, p.accel_walk])
    return Settings(
        Q=np.repeat(densities ** 2 * STEP, 3),
        p_IA=p_BA - p_BI,
        p_IC=camera.p_BC - p_BI,
        ground=np.zeros(1),
        altimeter_noise=p.altimeter_noise,
        altimeter_slope=p.altimeter_slope,
        rest_speed=p.rest_speed,
        rest_rate=p.rest_rate,
        ray_noise=p.pixel_noise * camera.pixel_angle,
        relief=p.relief,
        gate=p.gate,
        narrow_gate=p.gate * (p.tracker_noise / p.pixel_noise) ** 2,
    )

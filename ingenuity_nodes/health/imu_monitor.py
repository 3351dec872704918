# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""
Monitor both inertial sensors and choose the one to fly by.

Two sensors that disagree do not show which of them is wrong; a third one does. A chip that repeats
itself is dead, one much noisier than the other is broken. The rest is left to the images: where
their innovations are inconsistent with the sensor in use, that sensor is at fault; where they are
consistent, the spare is.

The readings of the spare substitute those of the first: less the mean difference at rest, and
moved to its position, ``f_I = f_J + alpha x d + w x (w x d)``, so that the filter, its biases and
its lever arms need not change.
"""

from __future__ import annotations

from dataclasses import dataclass
import math

from ingenuity_nodes.compiled.entry import entry_point, floats
from ingenuity_nodes.frames import quaternion_from_rpy, rotation_matrix
from ingenuity_nodes.health.imu_comparison import (
    ACCELEROMETER, compare, COMPARISON, GYRO, Sample, substitute)
from ingenuity_nodes.parameters import quantity
from ingenuity_nodes.sensors.imu import ImuParameters
from ingenuity_nodes.sensors.inclinometer import tilt_felt
from ingenuity_nodes.signals import ImuSample
from ingenuity_nodes.timing import TICK
from ingenuity_nodes.world.mars import GRAVITY
import numpy as np

BASELINE_GAIN = TICK / 3.0      # of a sample in the mean NIS while both agree
ENOUGH = 50                     # samples at rest that make a mean
KINDS = ('accelerometers', 'gyros')
BROKEN = ('', 'accelerometers {} repeat themselves', 'gyros {} repeat themselves',
          'accelerometers {} are noisier than the others', 'gyros {} are noisier than the others')


@dataclass(frozen=True)
class InertialParameters:
    """When an inertial sensor is excluded."""

    repeats: int = quantity(
        8, '1', 'equal samples in a row that show a dead chip', low=2, high=1000,
        source='assumed: its noise spans several counts, so two are rare; more may be late ones')
    noise_ratio: float = quantity(
        3.0, '1', 'noise of a sensor over that of the other', low=1.1, high=100.0,
        source='assumed: they feel the same aircraft; their own noise is added to the limit',
        former='rough')
    rest_noise_ratio: float = quantity(
        10.0, '1', 'noise of a sensor at rest over its own', low=1.1, high=1000.0,
        source='assumed: rotors may shake the aircraft as they start', former='rest_rough')
    patience: float = quantity(
        0.2, 's', 'for which the sensors may differ', low=0.01, high=10.0,
        source='assumed: take-off and touchdown push them one after the other')
    gyro_noise: float = quantity(
        0.0028, 'rad/s', 'standard deviation of one rate', low=1e-5, high=1.0,
        source='Bosch BMI160 data sheet: 0.007 deg/s/sqrt(Hz) at 500 Hz')
    accel_noise: float = quantity(
        0.0395, 'm/s^2', 'standard deviation of one specific force', low=1e-4, high=10.0,
        source='Bosch BMI160 data sheet: 180 ug/sqrt(Hz) at 500 Hz')
    gyro_difference: float = quantity(
        math.radians(0.3), 'rad/s', 'mean difference of the rates from which they disagree',
        low=1e-4, high=1.0, source='assumed: six times the noise of the mean',
        former='gyro_apart')
    gyro_scale: float = quantity(
        0.01, '1', 'the same, per rad/s of rotation', low=0.0, high=0.5,
        source='assumed: 3.5 times what calibration leaves of two scale errors')
    gyro_delay: float = quantity(
        0.006, 's', 'the same, per rad/s^2 of angular acceleration', low=0.0, high=0.1,
        source='assumed: one sensor may be read some steps after the other', former='gyro_late')
    accel_difference: float = quantity(
        0.15, 'm/s^2', 'mean difference of the forces from which they disagree', low=1e-3,
        high=10.0, former='accel_apart',
        source='assumed: ten times the noise of the mean; turning quickly leaves half of it')
    nis_limit: float = quantity(
        4.0, '1', 'mean normalised innovation squared (NIS) at which images are inconsistent '
        'with the sensor in use', low=1.0, high=1e6, former='belied',
        source='assumed: 1 is expected of a consistent filter')
    verdict: float = quantity(
        2.0, 's', 'of disagreement without such an inconsistency, after which one is excluded',
        low=0.05, high=60.0, source='assumed: half a degree per second is a degree by then')
    nis_ratio: float = quantity(
        1.3, '1', 'NIS since the sensors disagree over that before: more excludes the sensor in '
        'use, less the spare', low=1.0, high=100.0, former='strain',
        source='assumed: they differ by a tenth from flight to flight, a bias of half a degree '
               'per second raises them by a half')
    rest_rate: float = quantity(
        math.radians(1.5), 'rad/s', 'mean rate of a resting aircraft', low=1e-4, high=1.0,
        source='assumed: half of the uncalibrated 3 deg/s of the BMI160 data sheet')
    rest_force: float = quantity(
        0.4, 'm/s^2', 'mean specific force of a resting aircraft against gravity', low=1e-3,
        high=5.0, source='assumed: the uncalibrated 40 mg of the BMI160 data sheet')


def _vectors(sample: ImuSample) -> Sample:
    return floats('f_I', sample.f_I, (3,)), floats('w_MI_I', sample.w_MI_I, (3,))


class ImuMonitor:
    """Both inertial sensors of one aircraft, upper and lower, as its computer sees them."""

    def __init__(
        self, parameters: InertialParameters, upper: ImuParameters, lower: ImuParameters,
    ) -> None:
        self.parameters = p = parameters
        self._comparison = np.zeros(1, COMPARISON)
        self._c = c = self._comparison[0]
        R_BI, R_BJ = (
            rotation_matrix(quaternion_from_rpy(*imu.mounting)) for imu in (upper, lower))
        c['R_IJ'] = R_BI.T @ R_BJ
        c['p_JI_I'] = R_BI.T @ (np.array(upper.position) - np.array(lower.position))
        c['most_repeats'], c['noise_ratio'] = p.repeats, p.noise_ratio
        c['patience'] = round(p.patience / TICK)
        c['noise'] = p.accel_noise, p.gyro_noise
        c['residual_limit'] = p.accel_difference, p.gyro_difference
        c['gyro_scale'], c['gyro_delay'] = p.gyro_scale, p.gyro_delay
        c['nis_limit'] = p.nis_limit
        self._substitute, self._found, self._repeats = c['substitute'], c['found'], c['repeats']
        self._using, self._disagreement = 0, 0.0    # sensor, [s]
        self._baseline_nis = self._nis = 1.0    # mean while they agree, and since they do not
        self._excluded = [False, False]
        self.accelerometer_dead = False    # the specific force is not worth using
        self._reason = ''
        some = np.zeros(3), np.zeros(3)
        self._compare = entry_point(compare, self._comparison, some, some, True, 0.0)
        self._substitute_for = entry_point(substitute, self._comparison, some)

    def update(
        self, both: tuple[ImuSample, ImuSample], nis: float, *, at_rest: bool,
    ) -> float | None:
        """
        Compare both samples; call it once per tick.

        ``nis`` is the innovation of the filter, see :class:`.Estimate`. Where the other sensor is
        used from now on, return by how much the attitude may have gone wrong before [rad].
        """
        self._compare(self._comparison, _vectors(both[0]), _vectors(both[1]), at_rest, nis)
        repeats = self._repeats[self._using, ACCELEROMETER]
        self.accelerometer_dead = bool(repeats >= self.parameters.repeats)
        if at_rest:
            return None
        *broken, disagreeing, inconsistent = self._found.tolist()
        for k in range(2):
            if broken[k] and not self._excluded[k]:
                self._exclude(k, self._defect(k))
        if not any(self._excluded):
            self._isolate(disagreeing, inconsistent, nis)
        if self._excluded[self._using] and not self._excluded[1 - self._using]:
            self._using = 1 - self._using
            self._c['w_MB'] = both[1].w_MI_I
            self._c['nis'] = 0.0
            return self._attitude_error()
        return None

    def choose(self, both: tuple[ImuSample, ImuSample]) -> ImuSample:
        """Return the sample to fly by, at the position and in the axes of the first sensor."""
        if self._using == 0:
            return both[0]
        self._substitute_for(self._comparison, _vectors(both[1]))
        out = self._substitute.copy()
        return ImuSample(both[1].t_ns, out[ACCELEROMETER], out[GYRO])

    def _defect(self, k: int) -> str:
        """Name what a sensor shows of itself, '' when nothing."""
        return BROKEN[self._found[k]].format(k + 1)

    def _isolate(self, disagreeing: int, inconsistent: int, nis: float) -> None:
        """Exclude the sensor that is at fault for a disagreement, by the images."""
        p = self.parameters
        self._disagreement = max(0.0, self._disagreement + (TICK if disagreeing else -TICK))
        if self._disagreement == 0.0:
            # Without images there is none; a consistent filter expects 1.
            self._baseline_nis = max(
                1.0, self._baseline_nis + BASELINE_GAIN * (nis - self._baseline_nis))
            self._nis = self._baseline_nis
        elif nis:
            self._nis += TICK / max(TICK, self._disagreement) * (nis - self._nis)
        if not disagreeing or self._disagreement < p.patience:
            return
        using, name = self._using, KINDS[disagreeing - 1]
        overdue = self._disagreement > p.verdict
        if inconsistent or (overdue and self._nis > p.nis_ratio * self._baseline_nis):
            self._exclude(using, f'{name} {using + 1} are inconsistent with the images')
        elif overdue:
            self._exclude(
                1 - using, f'{name} {2 - using} contradict the others and the images')

    def _attitude_error(self) -> float:
        """Return the angle that both sensors differ by since they disagree, or one was dead."""
        difference = float(np.abs(self._c['residual'][GYRO]).max())
        last = self._c['previous'][:, GYRO]
        dead_time = self.parameters.repeats * TICK
        dead = float(np.abs(last[1] - last[0]).max()) * dead_time
        return max(difference * self._disagreement, dead)

    def _exclude(self, k: int, reason: str) -> None:
        self._excluded[k] = True
        self._reason = self._reason or reason

    @property
    def missing(self) -> str:
        """Name what is flown without, '' when both sensors are well."""
        return f'one inertial sensor: {self._reason}' if any(self._excluded) else ''

    @property
    def dead(self) -> str:
        """Name a dead part of the sensor in use, '' when there is none."""
        found = int(self._found[self._using])
        return f'the {KINDS[found - 1]} repeat themselves' if found in (1, 2) else ''

    @property
    def tilts_at_rest(self) -> list[tuple[float, float]]:
        """Roll and pitch that each sensor feels at rest [rad]."""
        return [tilt_felt(self._c['rest_mean'][k, ACCELEROMETER]) for k in range(2)]

    @property
    def unfit(self) -> str:
        """Name what forbids a take-off, '' when nothing does; both sensors must be well."""
        c, p = self._c, self.parameters
        for k in range(2):
            if self._defect(k):
                return f'the {self._defect(k)}'
            if c['rest_samples'] < ENOUGH:
                continue    # it is asked again before the rotors turn, and while they do
            for kind, name in enumerate(KINDS):
                limit = 2.0 * (p.rest_noise_ratio * c['noise'][kind]) ** 2
                if c['variance'][k, kind] > limit:
                    return f'{name} {k + 1} are noisy at rest'
            rate = float(np.abs(c['rest_mean'][k, GYRO]).max())
            force = float(np.linalg.norm(c['rest_mean'][k, ACCELEROMETER]))
            if rate > p.rest_rate:
                return f'gyro {k + 1} reads {math.degrees(rate):.1f} deg/s at rest'
            if abs(force - GRAVITY) > p.rest_force:
                return f'accelerometers {k + 1} read {force:.2f} m/s^2 at rest'
        return ''

# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""
Watches both inertial sensors and chooses the one to fly by.

Two sensors that disagree do not say which of them errs; a third witness does. A chip that repeats
itself is dead, one much rougher than the other is broken. For the rest the images speak: where
the filter, which lives on the sensor in use, finds that they belie it, that sensor is at fault;
where it finds nothing, the spare is.

The spare's readings are handed on as those of the first: less the difference learned at rest, and
moved to its place, ``f_1 = f_2 + alpha x d + w x (w x d)``, so that the filter, its biases and its
lever arms stay as they are.
"""

from __future__ import annotations

from dataclasses import dataclass
import math

from ingenuity_nodes.compiled.entry import entry_point, floats
from ingenuity_nodes.frames import quaternion_from_rpy, rotation_matrix
from ingenuity_nodes.health.imu_comparison import ACCELEROMETER, compare, GYRO, stand_in, WATCH
from ingenuity_nodes.parameters import quantity
from ingenuity_nodes.sensors.imu import ImuParameters
from ingenuity_nodes.sensors.inclinometer import tilt_felt
from ingenuity_nodes.signals import ImuSample
from ingenuity_nodes.timing import TICK
from ingenuity_nodes.world.mars import GRAVITY
import numpy as np

CALM = TICK / 3.0               # in the mean innovation while both agree
ENOUGH = 50                     # looks at rest that make a mean
KINDS = ('accelerometers', 'gyros')
BROKEN = ('', 'accelerometers {} repeat themselves', 'gyros {} repeat themselves',
          'accelerometers {} are rougher than the others', 'gyros {} are rougher than the others')


@dataclass(frozen=True)
class InertialParameters:
    """When an inertial sensor is not believed."""

    repeats: int = quantity(
        8, '1', 'equal looks in a row that tell a dead chip', low=2, high=1000,
        source='assumed: its noise spans several counts, so two are rare; more may be late ones')
    rough: float = quantity(
        3.0, '1', 'how much rougher than the other a sensor may be', low=1.1, high=100.0,
        source='assumed: they feel the same aircraft; their own noise is added to the limit')
    rest_rough: float = quantity(
        10.0, '1', 'how much rougher than its noise a sensor may be at rest', low=1.1, high=1000.0,
        source='assumed: rotors may shake the aircraft as they start')
    patience: float = quantity(
        0.2, 's', 'that sensors may differ', low=0.01, high=10.0,
        source='assumed: take-off and touchdown push them one after the other')
    gyro_noise: float = quantity(
        0.0028, 'rad/s', 'spread of one rate', low=1e-5, high=1.0,
        source='Bosch BMI160 data sheet: 0.007 deg/s/sqrt(Hz) at 500 Hz')
    accel_noise: float = quantity(
        0.0395, 'm/s^2', 'spread of one specific force', low=1e-4, high=10.0,
        source='Bosch BMI160 data sheet: 180 ug/sqrt(Hz) at 500 Hz')
    gyro_apart: float = quantity(
        math.radians(0.3), 'rad/s', 'mean difference of the rates that is one too many', low=1e-4,
        high=1.0, source='assumed: six times the noise of the mean')
    gyro_scale: float = quantity(
        0.01, '1', 'the same, per rad/s of turning', low=0.0, high=0.5,
        source='assumed: 3.5 times what calibration leaves of two scale errors')
    gyro_late: float = quantity(
        0.006, 's', 'the same, per rad/s^2 of swinging', low=0.0, high=0.1,
        source='assumed: one sensor may be read some steps after the other')
    accel_apart: float = quantity(
        0.15, 'm/s^2', 'mean difference of the forces that is one too many', low=1e-3, high=10.0,
        source='assumed: ten times the noise of the mean; turning quickly leaves half of it')
    belied: float = quantity(
        4.0, '1', 'mean normalised innovation squared by which images belie the sensor in use',
        low=1.0, high=1e6, source='assumed: 1 is expected of an honest filter')
    verdict: float = quantity(
        2.0, 's', 'of disagreement without such a witness, after which one of both must go',
        low=0.05, high=60.0, source='assumed: half a degree per second is a degree by then')
    strain: float = quantity(
        1.3, '1', 'innovations since they disagree over those before: more tells of the sensor in '
        'use, less of the spare', low=1.0, high=100.0,
        source='assumed: they differ by a tenth from flight to flight, a bias of half a degree '
               'per second raises them by a half')
    rest_rate: float = quantity(
        math.radians(1.5), 'rad/s', 'mean rate of a resting aircraft', low=1e-4, high=1.0,
        source='assumed: half of the uncalibrated 3 deg/s of the BMI160 data sheet')
    rest_force: float = quantity(
        0.4, 'm/s^2', 'mean specific force of a resting aircraft against gravity', low=1e-3,
        high=5.0, source='assumed: the uncalibrated 40 mg of the BMI160 data sheet')


class ImuMonitor:
    """Both inertial sensors of one aircraft, upper and lower, as its computer sees them."""

    def __init__(
        self, parameters: InertialParameters, upper: ImuParameters, lower: ImuParameters,
    ) -> None:
        self.parameters = parameters
        self._watch = np.zeros(1, WATCH)
        self._m = m = self._watch[0]
        R = [rotation_matrix(quaternion_from_rpy(*p.mounting)) for p in (upper, lower)]
        m['R'] = R[0].T @ R[1]
        m['d'] = R[0].T @ (np.array(upper.position) - np.array(lower.position))
        p = parameters
        m['most_repeats'], m['rougher'] = p.repeats, p.rough
        m['patience'] = round(p.patience / TICK)
        m['noise'], m['limit'] = (p.accel_noise, p.gyro_noise), (p.accel_apart, p.gyro_apart)
        m['gyro_scale'], m['gyro_late'], m['belied'] = p.gyro_scale, p.gyro_late, p.belied
        self._out, self._found, self._repeats = m['out'], m['found'], m['repeats']
        self._using, self._apart_s = 0, 0.0
        self._calm = self._strained = 1.0    # mean innovation while they agree, and since not
        self._excluded = [False, False]
        self.accelerometer_dead = False    # the specific force is not worth using
        self._told = ''
        some = np.zeros(3)
        self._compare = entry_point(compare, self._watch, some, some, some, some, True, 0.0)
        self._stand_in = entry_point(stand_in, self._watch, some, some)

    def look(
        self, both: tuple[ImuSample, ImuSample], innovation: float, *, at_rest: bool,
    ) -> float | None:
        """
        Compare both samples; call it once per tick.

        ``innovation`` is the filter's, see :class:`.Estimate`. Where the other sensor is used
        from now on, returns by how much the attitude may have gone wrong before [rad].
        """
        upper, lower = both
        vectors = (floats('f_I', upper.f_I, (3,)), floats('w_MI_I', upper.w_MI_I, (3,)),
                   floats('f_I', lower.f_I, (3,)), floats('w_MI_I', lower.w_MI_I, (3,)))
        self._compare(self._watch, *vectors, at_rest, innovation)
        repeats = self._repeats[self._using, ACCELEROMETER]
        self.accelerometer_dead = bool(repeats >= self.parameters.repeats)
        if at_rest:
            return None
        *broken, apart, belied = self._found.tolist()
        for k in range(2):
            if broken[k] and not self._excluded[k]:
                self._exclude(k, self._broken(k))
        if not any(self._excluded):
            self._weigh(apart, belied, innovation)
        if self._excluded[self._using] and not self._excluded[1 - self._using]:
            self._using = 1 - self._using
            self._m['rate'] = both[1].w_MI_I
            self._m['innovation'] = 0.0
            return self._gone_wrong()
        return None

    def choose(self, both: tuple[ImuSample, ImuSample]) -> ImuSample:
        """Hand on what is believed, in the place and the axes of the first sensor."""
        if self._using == 0:
            return both[0]
        self._stand_in(self._watch, floats('f_I', both[1].f_I, (3,)),
                       floats('w_MI_I', both[1].w_MI_I, (3,)))
        out = self._out.copy()
        return ImuSample(both[1].t_ns, out[:3], out[3:])

    def _broken(self, k: int) -> str:
        """Name what a sensor says of itself, '' when nothing."""
        return BROKEN[self._found[k]].format(k + 1)

    def _weigh(self, apart: int, belied: int, innovation: float) -> None:
        """Find the culprit of a disagreement by the images."""
        p = self.parameters
        self._apart_s = max(0.0, self._apart_s + (TICK if apart else -TICK))
        if self._apart_s == 0.0:
            # Without images there is none; an honest filter expects 1.
            self._calm = max(1.0, self._calm + CALM * (innovation - self._calm))
            self._strained = self._calm
        elif innovation:
            self._strained += TICK / max(TICK, self._apart_s) * (innovation - self._strained)
        if not apart or self._apart_s < p.patience:
            return
        using, name = self._using, KINDS[apart - 1]
        late = self._apart_s > p.verdict
        if belied or (late and self._strained > p.strain * self._calm):
            self._exclude(using, f'{name} {using + 1} are belied by the images')
        elif late:
            self._exclude(
                1 - using, f'{name} {2 - using} contradict the others and the images')

    def _gone_wrong(self) -> float:
        apart = float(np.abs(self._m['apart'][GYRO]).max())
        return apart * self._apart_s + float(self._m['turning']) * self.parameters.repeats * TICK

    def _exclude(self, k: int, reason: str) -> None:
        self._excluded[k] = True
        self._told = self._told or reason

    @property
    def missing(self) -> str:
        """Name what is flown without, '' when both sensors are well."""
        return f'one inertial sensor: {self._told}' if any(self._excluded) else ''

    @property
    def dead(self) -> str:
        """Name a dead part of the sensor in use, '' when there is none."""
        found = int(self._found[self._using])
        return f'the {KINDS[found - 1]} repeat themselves' if found in (1, 2) else ''

    @property
    def tilts_at_rest(self) -> list[tuple[float, float]]:
        """Roll and pitch that each sensor feels at rest [rad]."""
        return [tilt_felt(self._m['rest'][k, ACCELEROMETER]) for k in range(2)]

    @property
    def unfit(self) -> str:
        """Name what forbids a take-off, '' when nothing does; both sensors must be well."""
        m, p = self._m, self.parameters
        for k in range(2):
            if self._broken(k):
                return f'the {self._broken(k)}'
            if m['looks'] < ENOUGH:
                continue    # it is asked again before the rotors turn, and while they do
            for kind, name in enumerate(KINDS):
                if m['rough'][k, kind] > 2.0 * (p.rest_rough * m['noise'][kind]) ** 2:
                    return f'{name} {k + 1} are rough at rest'
            rate = float(np.abs(m['rest'][k, GYRO]).max())
            force = float(np.linalg.norm(m['rest'][k, ACCELEROMETER]))
            if rate > p.rest_rate:
                return f'gyro {k + 1} reads {math.degrees(rate):.1f} deg/s at rest'
            if abs(force - GRAVITY) > p.rest_force:
                return f'accelerometers {k + 1} read {force:.2f} m/s^2 at rest'
        return ''

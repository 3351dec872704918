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
"""
Watches both inertial sensors and chooses the one to fly by.

Two sensors that disagree do not say which of them errs; a third witness does. A chip that repeats
itself is dead, one much rougher than the other is broken. For the rest the pictures speak: where
the filter, which lives on the sensor in use, finds that they belie it, that sensor is at fault;
where it finds nothing, the spare is.

The spare's readings are handed on as those of the first: less the difference learned at rest, and
moved to its place, ``f_1 = f_2 + alpha x d + w x (w x d)``, so that the filter, its biases and its
lever arms stay as they are.
"""

from __future__ import annotations

from dataclasses import dataclass
import math
from typing import Any

from ingenuity_nodes.compiled import entry_point
from ingenuity_nodes.frames import quaternion_from_rpy, rotation_matrix
from ingenuity_nodes.parameters import quantity
from ingenuity_nodes.sensors.imu import ImuParameters
from ingenuity_nodes.sensors.inclinometer import tilt_felt
from ingenuity_nodes.signals import ImuSample
from ingenuity_nodes.timing import STEP, TICK
from ingenuity_nodes.world.mars import GRAVITY
from numba import njit
import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
GYRO, ACCELEROMETER = 1, 0      # rows of the record's arrays: force first, then rate
SHARE = 0.1                     # of a new look in the means in flight: a tenth of a second
SECOND, SECONDS = 0.01, 0.002   # in those at rest; what is learned is to be kept, so it is slower
SLOW = TICK / 0.3               # of a new look in the mean innovation: ten pictures
ALPHA_TIME = 0.02               # [s] over which the angular acceleration is smoothed; assumed
ENOUGH = 50                     # looks at rest that make a mean

WATCH = np.dtype([
    ('R', 'f8', (3, 3)),             # axes of the second sensor in those of the first
    ('d', 'f8', (3,)),               # place of the first, from the second, in the first's axes [m]
    ('looks', 'i8'),                 # at rest
    ('rest', 'f8', (2, 2, 3)),       # mean reading at rest: sensor, kind, axis
    ('learned', 'f8', (2, 3)),       # mean difference at rest, second less first
    ('last', 'f8', (2, 2, 3)),
    ('repeats', 'i8', (2, 2)),       # equal readings in a row: sensor, kind
    ('rough', 'f8', (2, 2)),         # mean square change from look to look
    ('rougher_for', 'i8', (2, 2)),   # looks
    ('apart', 'f8', (2, 3)),         # mean difference, learned and lever arms taken off
    ('turning', 'f8'),               # mean rate [rad/s]
    ('innovation', 'f8'),
    ('alpha', 'f8', (3,)), ('rate', 'f8', (3,)),     # of the second, while it stands in
    ('out', 'f8', (6,)),
    # limits, see InertialParameters; of both kinds
    ('most_repeats', 'i8'), ('rougher', 'f8'), ('patience', 'i8'), ('noise', 'f8', (2,)),
    ('limit', 'f8', (2,)), ('gyro_scale', 'f8'), ('belied', 'f8'),
    # what is found: row of BROKEN for both sensors, row of KINDS that disagree + 1, pictures
    ('found', 'i8', (4,)),
], align=True)
Record = Any    # a numpy record; numba compiles attribute access on it
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
        math.radians(0.5), 'rad/s', 'mean difference of the rates that is one too many', low=1e-4,
        high=1.0, source='assumed: seven times the noise of the mean')
    gyro_scale: float = quantity(
        0.01, '1', 'the same, per rad/s of turning', low=0.0, high=0.5,
        source='assumed: 3.5 times what calibration leaves of two scale errors')
    accel_apart: float = quantity(
        0.15, 'm/s^2', 'mean difference of the forces that is one too many', low=1e-3, high=10.0,
        source='assumed: ten times the noise of the mean; turning quickly leaves half of it')
    belied: float = quantity(
        4.0, '1', 'mean normalised innovation squared by which pictures belie the sensor in use',
        low=1.0, high=1e6, source='assumed: 1 is expected of an honest filter')
    verdict: float = quantity(
        2.0, 's', 'of disagreement without such a witness, after which the spare is at fault',
        low=0.05, high=60.0, source='assumed: half a degree per second is a degree by then')
    rest_rate: float = quantity(
        math.radians(1.5), 'rad/s', 'mean rate of a resting aircraft', low=1e-4, high=1.0,
        source='assumed: half of the uncalibrated 3 deg/s of the BMI160 data sheet')
    rest_force: float = quantity(
        0.4, 'm/s^2', 'mean specific force of a resting aircraft against gravity', low=1e-3,
        high=5.0, source='assumed: the uncalibrated 40 mg of the BMI160 data sheet')


@njit(cache=True, error_model='numpy')
def _look(
    watch: NDArray[np.void], f_1: Array, w_1: Array, f_2: Array, w_2: Array, at_rest: bool,
    innovation: float,
) -> None:
    """Compare both sensors once per tick."""
    m, now = watch[0], np.empty((2, 2, 3))
    for i in range(3):
        now[0, 0, i], now[0, 1, i] = f_1[i], w_1[i]
        now[1, 0, i] = m.R[i, 0] * f_2[0] + m.R[i, 1] * f_2[1] + m.R[i, 2] * f_2[2]
        now[1, 1, i] = m.R[i, 0] * w_2[0] + m.R[i, 1] * w_2[1] + m.R[i, 2] * w_2[2]
    for k in range(2):
        for kind in range(2):
            change, same = 0.0, True
            for i in range(3):
                step = now[k, kind, i] - m.last[k, kind, i] if m.looks else 0.0
                same = same and step == 0.0
                change += step * step / 3.0
            m.repeats[k, kind] = m.repeats[k, kind] + 1 if same and m.looks else 0
            m.rough[k, kind] += SHARE * (change - m.rough[k, kind])
    w = now[0, 1]
    arm = _arm(m, w, (w - m.last[0, 1]) / TICK)
    if at_rest:
        m.looks += 1
        share, slow = max(SECOND, 1.0 / m.looks), max(SECONDS, 1.0 / m.looks)
        for kind in range(2):
            for i in range(3):
                for k in range(2):
                    m.rest[k, kind, i] += share * (now[k, kind, i] - m.rest[k, kind, i])
                apart = now[1, kind, i] - now[0, kind, i]
                m.learned[kind, i] += slow * (apart - m.learned[kind, i])
                m.apart[kind, i] = 0.0
    else:
        for kind in range(2):
            for i in range(3):
                apart = now[1, kind, i] - now[0, kind, i] - m.learned[kind, i]
                if kind == ACCELEROMETER:
                    apart += arm[i]
                m.apart[kind, i] += SHARE * (apart - m.apart[kind, i])
    m.turning += SHARE * (math.sqrt(w[0] ** 2 + w[1] ** 2 + w[2] ** 2) - m.turning)
    m.innovation += SLOW * (innovation - m.innovation)
    for k in range(2):
        for kind in range(2):
            for i in range(3):
                m.last[k, kind, i] = now[k, kind, i]
    _judge(m)


@njit(cache=True, error_model='numpy')
def _judge(m: Record) -> None:
    """Write what the means of both sensors say."""
    for k in range(2):
        m.found[k] = 0
        for kind in range(2):
            limit = m.rougher ** 2 * (m.rough[1 - k, kind] + 2.0 * m.noise[kind] ** 2)
            rougher = m.rough[k, kind] > limit
            m.rougher_for[k, kind] = m.rougher_for[k, kind] + 1 if rougher else 0
            if m.rougher_for[k, kind] > m.patience:
                m.found[k] = 3 + kind
        for kind in range(2):
            if m.repeats[k, kind] >= m.most_repeats:
                m.found[k] = 1 + kind
    m.found[2] = 0
    for kind in range(2):
        limit = m.limit[kind] + (m.gyro_scale * m.turning if kind == GYRO else 0.0)
        for i in range(3):
            if abs(m.apart[kind, i]) > limit:
                m.found[2] = 1 + kind
    m.found[3] = 1 if m.innovation > m.belied else 0


@njit(cache=True, error_model='numpy')
def _arm(m: Record, w: Array, alpha: Array) -> tuple[float, float, float]:
    """Specific force at the first sensor less that at the second, of a turning body."""
    d = m.d
    along = w[0] * d[0] + w[1] * d[1] + w[2] * d[2]
    spin2 = w[0] * w[0] + w[1] * w[1] + w[2] * w[2]
    return (alpha[1] * d[2] - alpha[2] * d[1] + w[0] * along - spin2 * d[0],
            alpha[2] * d[0] - alpha[0] * d[2] + w[1] * along - spin2 * d[1],
            alpha[0] * d[1] - alpha[1] * d[0] + w[2] * along - spin2 * d[2])


@njit(cache=True, error_model='numpy')
def _stand_in(watch: NDArray[np.void], f_2: Array, w_2: Array) -> None:
    """Write what the first sensor would read, by the second one."""
    m, share = watch[0], STEP / ALPHA_TIME
    f, w = np.empty(3), np.empty(3)
    for i in range(3):
        f[i] = m.R[i, 0] * f_2[0] + m.R[i, 1] * f_2[1] + m.R[i, 2] * f_2[2]
        w[i] = m.R[i, 0] * w_2[0] + m.R[i, 1] * w_2[1] + m.R[i, 2] * w_2[2]
        f[i] -= m.learned[ACCELEROMETER, i]
        w[i] -= m.learned[GYRO, i]
        m.alpha[i] += share * ((w[i] - m.rate[i]) / STEP - m.alpha[i])
        m.rate[i] = w[i]
    arm = _arm(m, w, m.alpha)
    for i in range(3):
        m.out[i], m.out[3 + i] = f[i] + arm[i], w[i]


class InertialWatch:
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
        m['gyro_scale'], m['belied'] = p.gyro_scale, p.belied
        self._out, self._found, self._repeats = m['out'], m['found'], m['repeats']
        self._using, self._apart_s = 0, 0.0
        self._excluded = [False, False]
        self.accelerometer_dead = False    # the specific force is not worth using
        self._told = ''
        some = np.zeros(3)
        self._look = entry_point(_look, self._watch, some, some, some, some, True, 0.0)
        self._stand_in = entry_point(_stand_in, self._watch, some, some)

    def look(
        self, both: tuple[ImuSample, ImuSample], innovation: float, *, at_rest: bool,
    ) -> float | None:
        """
        Compare both samples; call it once per tick.

        ``innovation`` is the filter's, see :class:`.Estimate`. Where the other sensor is used
        from now on, returns by how much the attitude may have gone wrong before [rad].
        """
        upper, lower = both
        self._look(self._watch, upper.f_I, upper.w_MI_I, lower.f_I, lower.w_MI_I, at_rest,
                   innovation)
        repeats = self._repeats[self._using, ACCELEROMETER]
        self.accelerometer_dead = bool(repeats >= self.parameters.repeats)
        if at_rest:
            return None
        *broken, apart, belied = self._found.tolist()
        for k in range(2):
            if broken[k] and not self._excluded[k]:
                self._exclude(k, self._broken(k))
        if not any(self._excluded):
            self._weigh(apart, belied)
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
        self._stand_in(self._watch, both[1].f_I, both[1].w_MI_I)
        out = self._out.copy()
        return ImuSample(both[1].t_ns, out[:3], out[3:])

    def _broken(self, k: int) -> str:
        """Name what a sensor says of itself, '' when nothing."""
        return BROKEN[self._found[k]].format(k + 1)

    def _weigh(self, apart: int, belied: int) -> None:
        """Find the culprit of a disagreement by the pictures."""
        self._apart_s = max(0.0, self._apart_s + (TICK if apart else -TICK))
        if not apart or self._apart_s < self.parameters.patience:
            return
        using, name = self._using, KINDS[apart - 1]
        if belied:
            self._exclude(using, f'{name} {using + 1} are belied by the pictures')
        elif self._apart_s > self.parameters.verdict:
            self._exclude(
                1 - using, f'{name} {2 - using} contradict the others and the pictures')

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

# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""
Monitor sensors, actuators and power train for failures, before take-off and in flight.

It sees what the flight computer sees: samples, estimate, status, command; never the truth, never
the list of injected faults.
"""

from __future__ import annotations

from dataclasses import dataclass
import math

from ingenuity_nodes.health.imu_monitor import ImuMonitor
from ingenuity_nodes.parameters import quantity
from ingenuity_nodes.signals import (
    AltimeterSample, Estimate, HealthReport, InclinometerSample, RotorCommand, VehicleStatus)

RATE_HZ = 50
_PERIOD = 1.0 / RATE_HZ
_DISTANCE_GAIN = 0.08  # of one reading in the mean distance: a quarter of a second
_ENOUGH = 25           # steps that make a mean
SOFTWARE = ('flight_1', 'flight_7', 'fixed')


@dataclass(frozen=True)
class HealthParameters:
    """Limits of what is healthy, and for how long they may be exceeded."""

    altimeter_repeats: int = quantity(
        25, '1', 'equal distances in a row that show a dead altimeter', low=2, high=1000,
        source='assumed: noise of two counts makes one in five readings equal the last')
    altimeter_silence: float = quantity(
        0.5, 's', 'without a distance', low=0.02, high=10.0, source='assumed: 25 readings')
    rest_tilt: float = quantity(
        math.radians(2.5), 'rad', 'between inclinometer and accelerometers', low=1e-3, high=1.0,
        source='assumed: five sigma of calibrated biases')
    rest_distance: float = quantity(
        0.3, 'm', 'between altimeter and legs of a resting aircraft', low=0.01, high=5.0,
        source='assumed: a rock below the beam')
    blades: float = quantity(
        math.radians(1.0), 'rad', 'between commanded and reached collective at take-off', low=1e-3,
        high=0.5, source='assumed: twice the lag of a servo on its way up')
    rotor_speed: float = quantity(
        0.1, '1', 'relative error of a rotor speed in flight', low=0.01, high=0.9,
        source='assumed: a fifth of the lift')
    patience: float = quantity(
        0.3, 's', 'for which a rotor speed may be off', low=0.02, high=10.0, source='assumed')
    blind: float = quantity(
        0.5, 's', 'without features until dead reckoning is reported', low=0.1, high=10.0,
        source='assumed: 15 images')
    dead_reckoning: float = quantity(
        5.0, 's', 'of dead reckoning before the aircraft lands', low=0.5, high=100.0,
        source='assumed: 0.02 m/s^2 of bias and 0.1 deg of tilt make 0.1 m/s and 0.3 m')
    fewest: int = quantity(
        4, '1', 'features that fix a pose', low=1, high=64,
        source='four points of a plane; see navigation/delayed_updates.py')
    images_above: float = quantity(
        1.3, 'm', 'height above which missing images are reported', low=0.0, high=20.0,
        source='NASA Flight 6 post: images are used above about 1 m')
    mismatch: float = quantity(
        10.0, '1', 'normalised innovation squared at which images do not match the IMU',
        low=0.01, high=1e6, source='assumed: 1 is expected of a consistent filter')
    mismatch_time: float = quantity(
        1.0, 's', 'over which it is averaged', low=0.02, high=10.0, source='assumed: 30 images')
    reserve: float = quantity(
        0.3, '1', 'battery charge below which the aircraft lands', low=0.0, high=1.0,
        source='Balaram et al. 2018, as remembered: 30 % reserve')
    motor_margin: float = quantity(
        15.0, 'K', "from the motors' highest temperature, for braking before a landing", low=0.0,
        high=200.0, source='assumed: 10 m/s (Flight 62) at the 0.64 m/s^2 of guidance take 16 s')
    motor_rise: float = quantity(
        1.0, 'K/m', 'the same, for each metre of descent', low=0.0, high=20.0,
        source='JPL: motors warm by about 1 K/s; at 1 m/s, the descent of Flight 1 (NASA)')


class Health:
    """
    Monitor one helicopter.

    ``software`` is its version: 'flight_1' as delivered, 'flight_7' updated after Flight 6,
    'fixed' as one would write it today. ``rest_distance`` is what the altimeter reads at rest [m],
    ``inertial`` monitors the inertial sensors, ``motor_limit`` is the temperature beyond which a
    motor fails [K].
    """

    def __init__(
        self, parameters: HealthParameters, software: str, rest_distance: float,
        inertial: ImuMonitor, motor_limit: float,
    ) -> None:
        self.parameters, self._software = parameters, software
        self._motor_limit = motor_limit
        self._rest_distance = rest_distance
        self._inertial, self._altimeter, self._steps = inertial, _Repeats(), 0
        self._distance, self._without_distance = rest_distance, 0.0
        self._inclination: tuple[float, float] | None = (0.0, 0.0)
        self._off_speed, self._off_blades, self._blind = 0.0, 0.0, 0.0
        self._nis = 0.0           # mean normalised innovation squared
        self.lost_images = ''     # set by the association of images and exposures

    def initialise(self, inclinometer: InclinometerSample | None) -> None:
        """Take the reading of the inclinometer at power-on; None: it gave none."""
        self._inclination = (
            (inclinometer.roll, inclinometer.pitch) if inclinometer is not None else None)

    def reset_nis(self) -> None:
        """Forget the innovations by an inertial sensor that is out of use."""
        self._nis = 0.0

    @property
    def altimeter_dead(self) -> bool:
        """Return whether distances are not worth using."""
        return self._altimeter.count >= self.parameters.altimeter_repeats

    def step(
        self, altitude: AltimeterSample | None, estimate: Estimate, status: VehicleStatus,
        command: RotorCommand, *, at_rest: bool, airborne: bool,
    ) -> HealthReport:
        """
        Update; call it ``RATE_HZ`` times a second.

        Parameters
        ----------
        altitude
            Sample of this step.
        estimate, status, command
            Of the step before.
        at_rest, airborne
            Stands on the ground; flies. Neither while it takes off or touches down.

        """
        self._take(altitude)
        if not airborne:
            return HealthReport(
                self._unfit(at_rest, status, command), '', '', not self.altimeter_dead)
        height_trusted = not self.altimeter_dead and not self._altimeter_silent
        missing = self._missing(estimate)
        land_now = self._land_now(status, command, height_trusted) or self._heat(
            status, estimate.height)
        return HealthReport('', missing, land_now, height_trusted)

    def _take(self, altitude: AltimeterSample | None) -> None:
        self._steps += 1
        self._without_distance += _PERIOD
        if altitude is not None and math.isfinite(altitude.distance):
            self._altimeter.count_up([altitude.distance])
            self._distance += _DISTANCE_GAIN * (altitude.distance - self._distance)
            self._without_distance = 0.0

    @property
    def _altimeter_silent(self) -> bool:
        return self._without_distance > self.parameters.altimeter_silence

    # On the ground -------------------------------------------------------------------------

    def _unfit(self, at_rest: bool, status: VehicleStatus, command: RotorCommand) -> str:
        """Name what forbids a flight, '' when nothing does."""
        self._blind = self._nis = 0.0
        if not at_rest:
            return self._stiff_blades(status, command)
        if self._inertial.unfit or self._steps < _ENOUGH:
            return self._inertial.unfit    # it is asked again before the rotors turn
        return self._contradiction() or self._no_distance()

    def _contradiction(self) -> str:
        if self._inclination is None:
            return '' if self._software == 'fixed' else 'the inclinometer gives no reading'
        difference = max(math.hypot(roll - self._inclination[0], pitch - self._inclination[1])
                         for roll, pitch in self._inertial.tilts_at_rest)
        if difference > self.parameters.rest_tilt:
            return ('inclinometer and accelerometers disagree by '
                    f'{math.degrees(difference):.1f} deg')
        return ''

    def _no_distance(self) -> str:
        if self._altimeter_silent:
            return 'the altimeter gives no reading'
        if self.altimeter_dead:
            return 'the altimeter repeats itself'
        miss = self._distance - self._rest_distance
        if abs(miss) > self.parameters.rest_distance:
            return f'the altimeter reads {self._distance:.2f} m at rest'
        return ''

    def _stiff_blades(self, status: VehicleStatus, command: RotorCommand) -> str:
        off = max(abs(commanded - reached) for commanded, reached in zip(
            command.collective, status.collective, strict=True))
        self._off_blades = self._off_blades + _PERIOD if off > self.parameters.blades else 0.0
        if self._off_blades > 2.5 * _PERIOD:
            return f'blades {math.degrees(off):.1f} deg off their command'
        return ''

    # In flight -----------------------------------------------------------------------------

    def _missing(self, estimate: Estimate) -> str:
        """Name what the computer flies without, '' when it has everything."""
        p = self.parameters
        has_features = estimate.feature_count >= p.fewest or estimate.height < p.images_above
        self._blind = 0.0 if has_features else self._blind + _PERIOD
        if estimate.feature_count and estimate.height > p.images_above:
            self._nis += _PERIOD / p.mismatch_time * (estimate.innovation - self._nis)
        found = []
        if self._blind > p.blind:
            found.append('no features: dead reckoning on the inertial sensor')
        if self.altimeter_dead or self._altimeter_silent:
            found.append('no altimeter: height by images and inertial sensor')
        if self._inertial.missing:
            found.append(self._inertial.missing)
        if self._inertial.accelerometer_dead:
            found.append('no accelerometers: hover thrust taken instead')
        if self._nis > p.mismatch:
            found.append('images and inertial sensor do not match')
        return '; '.join(found)

    def _land_now(
        self, status: VehicleStatus, command: RotorCommand, height_trusted: bool,
    ) -> str:
        """Name what requires a landing at once, '' when nothing does."""
        p = self.parameters
        wanted = command.rotor_speed
        slow = max(abs(speed - wanted) for speed in status.rotor_speed) > p.rotor_speed * wanted
        self._off_speed = self._off_speed + _PERIOD if slow else 0.0
        if self._off_speed > p.patience:
            return f'a rotor is {100 * p.rotor_speed:.0f} % off its speed'
        if status.battery_charge < p.reserve:
            return f'the battery holds {100 * status.battery_charge:.0f} %'
        if self._inertial.dead:
            return self._inertial.dead
        if not height_trusted:
            return 'no altimeter'
        return self._image_failure()

    def _heat(self, status: VehicleStatus, height: float) -> str:
        """Require a landing as long as the motors stay below their limit until touchdown."""
        p = self.parameters
        highest = self._motor_limit - p.motor_margin - p.motor_rise * max(0.0, height)
        if status.motor_temperature > highest:
            return (f'motors at {status.motor_temperature:.0f} K, limit {self._motor_limit:.0f} K '
                    'at touchdown')
        return ''

    def _image_failure(self) -> str:
        p = self.parameters
        if self._software == 'flight_1':
            return ''    # it trusted its images
        if self.lost_images and self._software == 'flight_7':
            return f'image/IMU mismatch: {self.lost_images}'
        if self._nis > p.mismatch and self._software == 'fixed':
            return f'image/IMU mismatch: innovations {self._nis:.0f} times as expected'
        if self._blind > p.dead_reckoning and self._software == 'fixed':
            return f'no features for {p.dead_reckoning:g} s'
        return ''


class _Repeats:
    """Counts equal readings in a row."""

    def __init__(self) -> None:
        self.count = 0
        self._last: list[float] = []

    def count_up(self, value: list[float]) -> None:
        self.count = self.count + 1 if value == self._last else 0
        self._last = value

# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""
Applies active faults to the signals between the stages of one helicopter.

It stands between sensors and flight computer, between flight computer and servos, motors,
battery, and between radio and antenna. Truth and software are not changed.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
import math

from ingenuity_nodes.faults.active import ActiveFault
from ingenuity_nodes.faults.actuators import apply_actuator_faults
from ingenuity_nodes.faults.catalogue import entry
from ingenuity_nodes.faults.images import ImageFaults
from ingenuity_nodes.signals import (
    AltimeterSample, FaultChange, FaultOrder, FeatureFrame, ImuSample, InclinometerSample,
    RadioPacket, RotorCommand)
from ingenuity_nodes.timing import SECOND_NS
from ingenuity_nodes.vehicle.helicopter import ActuatorFaults
import numpy as np

STREAM = 60    # of the random numbers
# Entries that hit both sensors of a kind.
BOTH = {'gyros': ('gyro', 'gyro2'), 'accelerometers': ('accelerometer', 'accelerometer2')}


class Injector:
    """The faults of one helicopter, to come and active; its navigation camera has a rate [Hz]."""

    def __init__(self, seed: int, actuators: ActuatorFaults, navcam_rate: float) -> None:
        self._seed, self._actuators = seed, actuators
        self._orders: list[FaultOrder] = []
        self._begun: set[int] = set()
        self._active: dict[str, dict[int, ActiveFault]] = {}    # by part, then order
        self._images = ImageFaults(navcam_rate)
        self._packets: dict[str, list[tuple[int, RadioPacket]]] = {'up': [], 'down': []}

    def add(self, orders: Iterable[FaultOrder]) -> None:
        """Accept further orders."""
        self._orders += orders

    def advance(self, t_ns: int, lift_off_ns: int | None) -> list[FaultChange]:
        """Begin and end what is due; return what began and ended."""
        ended: dict[int, ActiveFault] = {}
        for part in self._active.values():
            over = [k for k, fault in part.items()
                    if fault.end_ns is not None and fault.end_ns <= t_ns]
            ended.update((k, part.pop(k)) for k in over)
        changes = [_change(t_ns, fault, active=False) for fault in ended.values()]
        if len(self._begun) == len(self._orders):
            return changes
        for k, order in enumerate(self._orders):
            zero = lift_off_ns if order.since_lift_off else 0
            if k not in self._begun and zero is not None and zero + order.start_ns <= t_ns:
                self._begun.add(k)
                changes.append(_change(t_ns, self._begin(k, order, t_ns), active=True))
        return changes

    def _begin(self, k: int, order: FaultOrder, t_ns: int) -> ActiveFault:
        about = entry(order.fault)
        for number, part in enumerate(BOTH.get(about.part, (about.part,))):
            random = np.random.default_rng([self._seed, STREAM, k, number])
            fault = ActiveFault(about, order, t_ns, random)
            self._active.setdefault(part, {})[k] = fault
        return fault

    def _of(self, part: str) -> list[ActiveFault]:
        found = self._active.get(part)
        return list(found.values()) if found else []

    # The seams -----------------------------------------------------------------------------

    def imus(self, both: tuple[ImuSample, ImuSample]) -> tuple[ImuSample, ImuSample]:
        """Apply gyro and accelerometer faults to the samples of both inertial sensors."""
        return self._imu(both[0], ''), self._imu(both[1], '2')

    def _imu(self, sample: ImuSample, which: str) -> ImuSample:
        f_I, w_MI_I = sample.f_I, sample.w_MI_I
        for fault in self._of(f'accelerometer{which}'):
            f_I = fault.distort(sample.t_ns, f_I)
        for fault in self._of(f'gyro{which}'):
            w_MI_I = fault.distort(sample.t_ns, w_MI_I)
        return ImuSample(sample.t_ns, f_I, w_MI_I)

    def altimeter(self, sample: AltimeterSample) -> AltimeterSample | None:
        """Apply altimeter faults to a reading; None: none comes."""
        distance = sample.distance
        for fault in self._of('altimeter'):
            if fault.kind == 'off':
                return None
            if fault.kind == 'dropout':
                distance = math.inf if fault.happens() else distance
            else:
                distance = float(fault.distort(sample.t_ns, np.array([distance]))[0])
        # REP 117: too close.
        return AltimeterSample(sample.t_ns, distance if distance > 0.0 else -math.inf)

    def inclinometer(self, sample: InclinometerSample) -> InclinometerSample | None:
        """Apply inclinometer faults to a reading; None: none comes."""
        angles = np.array([sample.roll, sample.pitch])
        for fault in self._of('inclinometer'):
            if fault.kind == 'off':
                return None
            angles = fault.distort(sample.t_ns, angles)
        return InclinometerSample(sample.t_ns, float(angles[0]), float(angles[1]))

    def features(self, t_ns: int, frame: FeatureFrame | None) -> FeatureFrame | None:
        """Apply camera faults to the features that would be handed out now."""
        return self._images.pass_on(t_ns, frame, self._of('navcam'))

    def stamp(self, frame: FeatureFrame) -> FeatureFrame:
        """Let the clocks of camera and inertial sensor slip against each other."""
        early = sum(fault.magnitude for fault in self._of('navcam') if fault.kind == 'slip')
        early -= sum(fault.magnitude for fault in self._of('imu'))
        return replace(frame, t_ns=frame.t_ns - round(early * SECOND_NS)) if early else frame

    def drive(self, t_ns: int, command: RotorCommand) -> float:
        """Apply faults of servos, motors and battery; return the power that leaks [W]."""
        return apply_actuator_faults(
            self._actuators, t_ns, command, self._of('servo'), self._of('motor'),
            self._of('battery'))

    def shutter_delay(self) -> int | None:
        """Return how late the colour camera's shutter opens [ns]; None: it does not."""
        late = 0
        for fault in self._of('rte'):
            if fault.kind == 'off':
                return None
            late += round(fault.magnitude * SECOND_NS)
        return late

    def radio(
        self, t_ns: int, packets: Iterable[RadioPacket], direction: str,
    ) -> list[RadioPacket]:
        """Lose and delay frames; one with a wrong bit fails its checksum and is lost, too."""
        faults = self._of('radio')
        late = sum(round(f.magnitude * SECOND_NS) for f in faults if f.kind == 'delay')
        losing = [f for f in faults if f.kind != 'delay']
        for packet in packets:
            if not any(f.kind == 'off' or f.happens() for f in losing):
                self._packets[direction].append((t_ns + late, packet))
        held = self._packets[direction]
        self._packets[direction] = [(when, packet) for when, packet in held if when > t_ns]
        return [packet for when, packet in held if when <= t_ns]


def _change(t_ns: int, fault: ActiveFault, *, active: bool) -> FaultChange:
    about = fault.fault
    size = f', {fault.magnitude:g} {about.unit}' if about.unit else ''
    location = f', {fault.location}' if fault.location else ''
    return FaultChange(t_ns, about.name, active, f'{about.meaning}{size}{location}')

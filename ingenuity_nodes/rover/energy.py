# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""The rover's energy: a radioisotope generator charges two batteries, driving empties them."""

from __future__ import annotations

from dataclasses import dataclass
import math
from typing import NamedTuple

from ingenuity_nodes.parameters import quantity
from ingenuity_nodes.world.mars import GRAVITY


@dataclass(frozen=True)
class EnergyParameters:
    """Generator, batteries and what they feed."""

    generator: float = quantity(
        110.0, 'W', 'electrical power of the generator', low=0.0, high=500.0,
        source='NASA: MMRTG of Perseverance, 110 W at launch')
    capacity: float = quantity(
        86.0, 'A h', 'of both batteries', low=1.0, high=1000.0,
        source='NASA: two lithium-ion batteries of 43 A h')
    voltage: float = quantity(
        28.0, 'V', 'of the bus, at half charge', low=10.0, high=60.0,
        source='assumed: the usual spacecraft bus of 28 V')
    voltage_rise: float = quantity(
        4.0, 'V', 'between half and full charge', low=0.0, high=10.0,
        source='assumed: eight cells of 3.0 to 4.0 V')
    awake: float = quantity(
        150.0, 'W', 'drawn without driving', low=0.0, high=1000.0,
        source='assumed: computer, heaters, radio of a rover awake, more than the generator gives')
    mobility: float = quantity(
        100.0, 'W', 'drawn by motor controllers, cameras and computer while driving', low=0.0,
        high=1000.0, source='assumed: peaks reach 900 W (NASA)')
    mass: float = quantity(
        1025.0, 'kg', 'of the rover', low=100.0, high=3000.0, source='NASA: 1,025 kg')
    rolling_resistance: float = quantity(
        0.15, '1', 'force over weight on level ground', low=0.0, high=1.0,
        source='assumed: regolith, of the order of 0.1 to 0.2 (Wong, Theory of Ground Vehicles)')
    efficiency: float = quantity(
        0.3, '1', 'of motors and gears', low=0.05, high=1.0,
        source='assumed: cold, slow, highly geared drives')
    initial_charge: float = quantity(
        0.9, '1', 'state of charge at the start', low=0.0, high=1.0,
        source='assumed: late morning')
    reserve: float = quantity(
        0.4, '1', 'charge below which it does not drive', low=0.0, high=1.0,
        source='assumed: batteries of Mars rovers are kept above some 40 to 50 %')


class BatteryReading(NamedTuple):
    """The batteries as the rover reports them."""

    charge: float     # 0..1
    voltage: float    # [V]
    current: float    # [A], positive when discharging


class Battery:
    """Both batteries together."""

    def __init__(self, parameters: EnergyParameters) -> None:
        self._parameters = parameters
        self._charge, self._power = parameters.initial_charge, 0.0

    def step(self, duration: float, speed: float, pitch: float, *, driving: bool) -> None:
        """Advance by ``duration`` [s] at a speed [m/s] of wheels, nose down by ``pitch`` [rad]."""
        p = self._parameters
        power = p.awake - p.generator
        if driving:
            weight = p.mass * GRAVITY
            climb = -math.sin(pitch) * math.copysign(1.0, speed)
            force = max(0.0, weight * (p.rolling_resistance * math.cos(pitch) + climb))
            power += p.mobility + force * abs(speed) / p.efficiency
        self._power = power
        energy = p.capacity * 3600.0 * p.voltage    # [J]
        self._charge = min(1.0, max(0.0, self._charge - power * duration / energy))

    @property
    def empty(self) -> bool:
        """Return whether what is left is reserved for other things than driving."""
        return self._charge < self._parameters.reserve

    @property
    def reading(self) -> BatteryReading:
        """Return what the rover reports."""
        p = self._parameters
        voltage = p.voltage + p.voltage_rise * (2.0 * self._charge - 1.0)
        return BatteryReading(self._charge, voltage, self._power / voltage)

# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""
The aircraft as its computers meet it: sensors, actuators and power train, with their faults.

What breaks, breaks here; the flight computer on the other side knows nothing of it.
"""

from __future__ import annotations

from collections.abc import Iterable
import math

from ingenuity_nodes.faults.injector import Injector
from ingenuity_nodes.frames import (
    compose, quaternion, quaternion_from_rpy, QuatWxyz, Vector3, yaw_from_azimuth)
from ingenuity_nodes.scenario.helicopter_parameters import HelicopterParameters
from ingenuity_nodes.scenario.sections import HelicopterSection
from ingenuity_nodes.sensors.altimeter import Altimeter
from ingenuity_nodes.sensors.imu import Imu
from ingenuity_nodes.sensors.inclinometer import Inclinometer
from ingenuity_nodes.signals import (
    AltimeterSample, FaultChange, FaultOrder, FeatureFrame, ImuSample, InclinometerSample,
    RadioPacket, RotorCommand, Truth, VehicleStatus)
from ingenuity_nodes.vehicle.helicopter import Vehicle, VehicleParameters
from ingenuity_nodes.world.environment import Environment
import numpy as np

SETTLING_STEPS = 1000    # 2 s: five periods of oscillation on the legs
# [rad] assumed: on less, an aircraft put down level settles gently; on 14 deg its uphill feet
# would begin so deep that the legs throw it over. It is put down parallel to the ground.
STEEP = math.radians(5.0)
STILL = RotorCommand((0.0, 0.0), (0.0, 0.0), (0.0, 0.0), 0.0)


class Aircraft:
    """Vehicle and sensors of one helicopter, and whatever is wrong with them."""

    def __init__(
        self, section: HelicopterSection, environment: Environment, seed: int,
        parameters: HelicopterParameters,
    ) -> None:
        self._environment, self._seed = environment, seed
        self._navcam_rate = float(parameters.computer.navcam_rate)
        self._vehicle = settled(section, environment, parameters.vehicle)
        self._imus = Imu(parameters.imu, seed), Imu(parameters.imu_2, seed, 2)
        self._altimeter = Altimeter(parameters.altimeter, environment.terrain, seed)
        self._altimeter.push(self._vehicle.truth)
        self._inclinometer = Inclinometer(parameters.inclinometer, seed)
        self._faults: Injector | None = None    # None: nothing was ever wrong

    @property
    def truth(self) -> Truth:
        """Return what really happens; for cameras and tests."""
        return self._vehicle.truth

    @property
    def status(self) -> VehicleStatus:
        """Return what actuators and power train report."""
        return self._vehicle.status

    @property
    def ever_faulty(self) -> bool:
        """Return whether anything was ever ordered to go wrong."""
        return self._faults is not None

    # Sensors -------------------------------------------------------------------------------

    def inertial(self) -> tuple[ImuSample, ImuSample]:
        """Ask both inertial sensors; once per step."""
        truth, (upper, lower) = self._vehicle.truth, self._imus
        both = upper.read(truth), lower.read(truth)
        return self._faults.imus(both) if self._faults else both

    def altitude(self) -> AltimeterSample | None:
        """Ask the altimeter; None: no answer."""
        sample = self._altimeter.sample()
        return self._faults.altimeter(sample) if self._faults else sample

    def inclination(self) -> InclinometerSample | None:
        """Ask the inclinometer; None: no answer."""
        sample = self._inclinometer.sample(self._vehicle.truth)
        return self._faults.inclinometer(sample) if self._faults else sample

    def features(self, t_ns: int, frame: FeatureFrame | None) -> FeatureFrame | None:
        """Pass on the features of an image, or what its camera makes of it."""
        return self._faults.features(t_ns, frame) if self._faults else frame

    def stamp(self, frame: FeatureFrame) -> FeatureFrame:
        """Let the clocks of camera and inertial sensor slip against each other."""
        return self._faults.stamp(frame) if self._faults else frame

    def shutter_delay(self) -> int | None:
        """Return how late the colour camera's shutter opens [ns]; None: it stays shut."""
        return self._faults.shutter_delay() if self._faults else 0

    # Actuators and power train -----------------------------------------------------------

    def step(self, t_ns: int, command: RotorCommand, avionics_power: float) -> Truth:
        """Obey a command for one step of 2 ms that ends at ``t_ns``."""
        if self._faults:
            avionics_power += self._faults.drive(t_ns, command)
        wind_M = self._environment.wind.velocity(t_ns, self._vehicle.height)
        truth = self._vehicle.step(command, self._environment.air, wind_M, avionics_power)
        self._altimeter.push(truth)
        return truth

    def sent(self, t_ns: int, packets: list[RadioPacket]) -> list[RadioPacket]:
        """Let frames out of the antenna."""
        return self._faults.radio(t_ns, packets, 'up') if self._faults else packets

    def received(self, t_ns: int, packets: Iterable[RadioPacket]) -> Iterable[RadioPacket]:
        """Let frames in through the antenna."""
        return self._faults.radio(t_ns, packets, 'down') if self._faults else packets

    # Faults --------------------------------------------------------------------------------

    def inject(self, orders: Iterable[FaultOrder]) -> None:
        """Take up faults to come; the first one makes room for them."""
        orders = tuple(orders)
        if orders and self._faults is None:
            self._faults = Injector(
                self._seed, self._vehicle.actuator_faults, self._navcam_rate)
        if self._faults:
            self._faults.add(orders)

    def advance_faults(self, t_ns: int, lift_off_ns: int | None) -> list[FaultChange]:
        """Begin and end the faults that are due; returns what changed."""
        return self._faults.advance(t_ns, lift_off_ns) if self._faults else []


def settled(
    section: HelicopterSection, environment: Environment, parameters: VehicleParameters,
) -> Vehicle:
    """Put the aircraft down and wait until its legs have found the slope of the ground."""
    east, north = section.position
    ground, rocks = environment.terrain, environment.rocks
    normal = ground.normal(east, north)
    q_MB = quaternion_from_rpy(0.0, 0.0, yaw_from_azimuth(section.azimuth))
    up = np.array([0.0, 0.0, 1.0])
    if normal[2] < math.cos(STEEP):
        q_MB, up = compose(leaning(normal), q_MB), normal
    p_MB = (np.array([east, north, ground.height(east, north)])
            + parameters.landing_gear.foot_z * up)
    vehicle = Vehicle(parameters, ground, p_MB, q_MB, rocks=rocks)
    for _ in range(SETTLING_STEPS):
        truth = vehicle.step(STILL, environment.air, np.zeros(3), 0.0)
    return Vehicle(parameters, ground, truth.p_MB, truth.q_MB, rocks=rocks)


def leaning(normal_M: Vector3) -> QuatWxyz:
    """
    Turn upright into out of the ground, about a level axis: the shortest way.

    Parameters
    ----------
    normal_M
        Unit vector out of the ground, shape (3,), in M, with an upward part.

    """
    x, y, z = normal_M
    k = 1.0 / (1.0 + z)    # Rodrigues' formula with the axis (-y, x, 0)
    return quaternion(np.array([[1.0 - k * x * x, -k * x * y, x],
                                [-k * x * y, 1.0 - k * y * y, y], [-x, -y, z]]))

# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""Every tunable number of one helicopter: what scenarios override and nodes declare."""

from __future__ import annotations

from dataclasses import dataclass, field

from ingenuity_nodes.control.parameters import ControlParameters
from ingenuity_nodes.guidance.parameters import GuidanceParameters
from ingenuity_nodes.health.health import HealthParameters, SOFTWARE
from ingenuity_nodes.health.image_stamps import ImageStampParameters
from ingenuity_nodes.health.imu_monitor import InertialParameters
from ingenuity_nodes.navigation.estimator import EstimatorParameters
from ingenuity_nodes.parameters import quantity
from ingenuity_nodes.radio.parameters import RadioParameters
from ingenuity_nodes.sensors.altimeter import AltimeterParameters
from ingenuity_nodes.sensors.imu import ImuParameters, LowerImuParameters
from ingenuity_nodes.sensors.inclinometer import InclinometerParameters
from ingenuity_nodes.stages import StageParameters
from ingenuity_nodes.vehicle.helicopter import VehicleParameters


@dataclass(frozen=True)
class ComputerParameters:
    """The flight computers and what hangs on them."""

    navcam_rate: int = quantity(
        30, 'Hz', 'navigation images', low=1, high=60, source='NASA Flight 6 post')
    altimeter_rate: int = quantity(
        50, 'Hz', 'laser altimeter', low=1, high=500, source='LIDAR-Lite v3 data sheet class')
    feature_latency: float = quantity(
        0.06, 's', 'from exposure to features in the filter', low=0.01, high=1.0,
        source='assumed: two frame times for read-out and tracking')
    software: str = quantity(
        'fixed', '1', 'age of the flight software', choices=SOFTWARE,
        source='flight_1 as delivered, flight_7 updated after Flight 6 (NASA), fixed: ours')
    avionics_power: float = quantity(
        10.0, 'W', 'computers, sensors and cameras in flight', low=0.0, high=100.0,
        source='assumed: Snapdragon 801 and sensors at work')
    rte_mounting_error: tuple[float, float, float] = quantity(
        (0.0, 0.0, 0.0), 'rad', 'roll, pitch, yaw of the colour camera against its model',
        low=-0.0349, high=0.0349, source='nasa-jpl/m2020-urdf-models: as calibrated')


@dataclass(frozen=True)
class HelicopterParameters:
    """Every tunable number of one helicopter, by stage."""

    vehicle: VehicleParameters = field(default_factory=VehicleParameters)
    imu: ImuParameters = field(default_factory=ImuParameters)
    imu_2: ImuParameters = field(default_factory=LowerImuParameters)
    altimeter: AltimeterParameters = field(default_factory=AltimeterParameters)
    inclinometer: InclinometerParameters = field(default_factory=InclinometerParameters)
    navigation: EstimatorParameters = field(default_factory=EstimatorParameters)
    guidance: GuidanceParameters = field(default_factory=GuidanceParameters)
    control: ControlParameters = field(default_factory=ControlParameters)
    health: HealthParameters = field(default_factory=HealthParameters)
    inertial: InertialParameters = field(default_factory=InertialParameters)
    image_stamps: ImageStampParameters = field(
        default_factory=ImageStampParameters, metadata={'former': 'pairing'})
    stages: StageParameters = field(default_factory=StageParameters)
    computer: ComputerParameters = field(default_factory=ComputerParameters)
    radio: RadioParameters = field(default_factory=RadioParameters)

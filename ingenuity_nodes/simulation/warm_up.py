# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""
All kernels of the package, compiled before a clock waits for any of them.

What uses a kernel makes its entry when it is made, so it is enough to make one of everything.
``python -m ingenuity_nodes.simulation.warm_up`` does so and prints how far it is; whoever needs
them calls :func:`ingenuity_nodes.compiled.build.ensure_built`, which starts it.
"""

from __future__ import annotations

import signal
import sys
from types import FrameType

from ingenuity_nodes.cameras.model import mastcam, navcam, rte
from ingenuity_nodes.cameras.response import Response
from ingenuity_nodes.compiled.build import build
from ingenuity_nodes.control.controller import Controller, ControlParameters
from ingenuity_nodes.health.imu_monitor import ImuMonitor, InertialParameters
from ingenuity_nodes.mission.feasibility import featureless
from ingenuity_nodes.navigation.estimator import Estimator, EstimatorParameters
from ingenuity_nodes.navigation.simulated_tracker import SimulatedTracker
from ingenuity_nodes.rendering.scene import Scene
from ingenuity_nodes.sensors.altimeter import Altimeter, AltimeterParameters
from ingenuity_nodes.sensors.imu import Imu, ImuParameters, LowerImuParameters
from ingenuity_nodes.vehicle.body import body_constants, BodyParameters, drag_by_part
from ingenuity_nodes.vehicle.helicopter import Vehicle, VehicleParameters
from ingenuity_nodes.vehicle.power_budget import budget_table
from ingenuity_nodes.vehicle.trim import TRIM_TEMPERATURE
from ingenuity_nodes.world.mars import air_of_density
from ingenuity_nodes.world.terrain import Terrain
from ingenuity_nodes.world.wind import Wind, WindParameters
import numpy as np

LEVEL = np.array([1.0, 0.0, 0.0, 0.0])


def _filter() -> None:
    Estimator(EstimatorParameters(), navcam())


def _vehicle() -> None:
    Vehicle(VehicleParameters(), Terrain(), np.zeros(3), LEVEL)


def _control() -> None:
    Controller(ControlParameters(), VehicleParameters(), air_of_density(0.015, TRIM_TEMPERATURE))
    budget_table(0.0)
    featureless(Terrain(), np.zeros((1, 3)))
    drag_by_part(body_constants(BodyParameters()), 0.015, np.zeros(3), 0.0)


def _sensors() -> None:
    upper, lower = ImuParameters(), LowerImuParameters()
    Imu(upper, 0)
    ImuMonitor(InertialParameters(), upper, lower)
    Altimeter(AltimeterParameters(), Terrain(), 0)
    Wind(WindParameters(), 0)


def _images() -> None:
    Scene()
    for camera in (navcam, rte, mastcam):
        camera()
    for colour in (False, True):
        Response(colour=colour)
    SimulatedTracker(navcam(), Terrain(), 0)


# The longest first; what several need, the first one compiles.
PARTS = {'vehicle': _vehicle, 'filter': _filter, 'images': _images, 'control': _control,
         'sensors': _sensors}


def main() -> None:
    """Compile, one line for each kernel."""
    def stop(number: int, frame: FrameType | None) -> None:
        sys.exit(128 + number)

    signal.signal(signal.SIGTERM, stop)
    build(PARTS, lambda text: print(text, flush=True))


if __name__ == '__main__':
    main()

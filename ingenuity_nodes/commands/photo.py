# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""One image: of an instant of a flight, or from any pose without a flight."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Callable
from datetime import datetime
import math
import os
from pathlib import Path

from ingenuity_nodes.commands.narrator import compile_kernels
from ingenuity_nodes.frames import quaternion_from_rpy, QuatWxyz, Vector3, yaw_from_azimuth
from ingenuity_nodes.rover.mast import head_pose, joints_toward
from ingenuity_nodes.scenario.environment import environment_of
from ingenuity_nodes.scenario.load import load_scenario
from ingenuity_nodes.scenario.sections import Scenario
from ingenuity_nodes.signals import Exposure, Truth
from ingenuity_nodes.simulation.simulation import Simulation, TickReport
from ingenuity_nodes.timing import SECOND_NS
from ingenuity_nodes.world.environment import Environment
from ingenuity_nodes.yaml_files.check import FileError
import numpy as np


def photo(options: Namespace) -> int:
    """Draw what a camera sees at an instant of the flight, or from a given pose."""
    from ingenuity_nodes.simulation.drawn_images import (    # drawing libraries only where drawn
        OfflineCamera)
    from ingenuity_nodes.rendering.robots_in_view import camera_of

    scenario = load_scenario(options.scenario)
    if options.utc:
        scenario = _moved(scenario, options.utc)
    if options.at is None and options.pose is None:
        raise FileError('photo: found neither --at nor --pose, allowed: one of them, or both')
    carrier = _carrier(scenario, options.camera)
    camera_of(scenario, carrier, options.camera)
    target = _target(options, scenario)
    compile_kernels()
    environment = environment_of(scenario, None if options.seed < 0 else options.seed)
    drawn = OfflineCamera(scenario, environment)
    if options.at is None:
        exposure = _still(0, options.camera, *_posed(options.pose, environment))
    else:
        truth = _flown(scenario, carrier, options, drawn.watch)
        exposure = Exposure(
            truth.t_ns, options.camera, truth.p_MB, truth.q_MB, truth.v_MB, truth.w_MB_B)
        if options.pose is not None:
            exposure = _still(truth.t_ns, options.camera, *_posed(options.pose, environment))
        elif options.camera == 'mastcam':
            rover = drawn.known.at(truth.t_ns)[1][carrier]
            joints = joints_toward(rover.p_MB, rover.q_MB, truth.p_MB)
            exposure = _still(
                truth.t_ns, 'mastcam', *head_pose(rover.p_MB, rover.q_MB, joints))
    target.write_bytes(drawn.take(carrier, exposure).jpeg)
    print(target)
    return 0


def _moved(scenario: Scenario, utc: datetime) -> Scenario:
    """Take a scenario to another time: sun and shadows move."""
    world = scenario.world.model_copy(update={'utc': utc})
    return scenario.model_copy(update={'world': world})


def _carrier(scenario: Scenario, camera: str) -> str:
    """Name of the vehicle that carries the camera: the first of its kind."""
    if camera != 'mastcam':
        return scenario.helicopters[0].name
    if not scenario.rovers:
        raise FileError(f"{scenario.name}: found camera 'mastcam', allowed: rte, navcam; "
                        'there is no rover')
    return scenario.rovers[0].name


def _target(options: Namespace, scenario: Scenario) -> Path:
    when = 'posed' if options.at is None else f'{options.at:g}'
    target = Path(options.out or f'{scenario.name}_{options.camera}_{when}.jpg')
    if target.is_dir() or not target.parent.is_dir() or not os.access(target.parent, os.W_OK):
        raise FileError(f'{target}: is a folder, or its folder is not there or cannot be written')
    return target


def _posed(pose: tuple[float, ...], environment: Environment) -> tuple[Vector3, QuatWxyz]:
    """Turn the numbers of ``--pose`` into place and attitude of the carrier."""
    east, north, up, azimuth, roll, pitch = pose
    ground = environment.terrain.height(east, north)
    q_MB = quaternion_from_rpy(math.radians(roll), math.radians(pitch), yaw_from_azimuth(azimuth))
    return np.array([east, north, ground + up]), q_MB


def _still(t_ns: int, camera: str, p_MB: Vector3, q_MB: QuatWxyz) -> Exposure:
    return Exposure(t_ns, camera, p_MB, q_MB, np.zeros(3), np.zeros(3))


def _flown(
    scenario: Scenario, carrier: str, options: Namespace, watch: Callable[[TickReport], None],
) -> Truth:
    """Fly the batch up to an instant; where the carrier is, or else the first helicopter."""
    simulation = Simulation(scenario, None if options.seed < 0 else options.seed)
    first = scenario.helicopters[0].name
    while True:
        report = simulation.tick()
        watch(report)
        lift_off_ns = simulation.helicopters[first].lift_off_ns
        if lift_off_ns is not None and report.t_ns >= lift_off_ns + options.at * SECOND_NS:
            break
        if report.outcome:
            raise FileError(f'{scenario.name}: the flight ended ({report.outcome}) '
                            f'before {options.at:g} s after lift-off')
    flown = report.helicopters
    return flown[carrier if carrier in flown else first].truth

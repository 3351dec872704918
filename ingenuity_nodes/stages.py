# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""
The stages of the flight computer that may be replaced, and how another one is found.

A scenario names it as ``module:Class`` under ``overrides.stages`` of its helicopter; the class is
built with the arguments of the one it replaces. A feature tracker is replaced as a node: any that
turns ``navcam/image_raw`` into ``navcam/features``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
import importlib
from importlib.util import find_spec
import inspect
import os
from pathlib import Path
import sys
from typing import Any, Protocol

from ingenuity_nodes.frames import Vector3
from ingenuity_nodes.guidance.flight_plan import FlightPlan
from ingenuity_nodes.parameters import ParameterError, quantity
from ingenuity_nodes.signals import (
    AltimeterSample, Estimate, FeatureFrame, FlightOrder, HealthReport, ImuSample,
    InclinometerSample, ModeChange, RotorCommand, Setpoint, TrajectoryCommand, VehicleStatus,
    VelocityCommand)


ALLOW_CODE = 'INGENUITY_ALLOW_CODE'    # environment: code of the current folder may run


class Navigation(Protocol):
    """Built as ``Class(EstimatorParameters, CameraModel, ImuParameters, AltimeterParameters)``."""

    def initialise(
        self, t_ns: int, inclinometer: InclinometerSample, yaw: float, p_MB: Vector3,
    ) -> None:
        """Start at rest: tilt from the inclinometer, yaw [rad] and position [m] from the plan."""

    def step(
        self, imu: ImuSample, altimeter: AltimeterSample | None,
        features: FeatureFrame | None, at_rest: bool,
    ) -> Estimate:
        """Propagate and update by one step of 2 ms; ``at_rest``: it stands on the ground."""

    def inflate_covariance(self, attitude_error: float) -> None:
        """Allow for an attitude that may have gone wrong by so much in the last seconds [rad]."""


class Guidance(Protocol):
    """Built as ``Class(GuidanceParameters)``."""

    hover_collective: float
    lift_off_ns: int | None

    @property
    def takes_plans(self) -> bool:
        """Return whether a new plan may be loaded."""

    @property
    def finished(self) -> bool:
        """Return whether nothing more will happen without a new plan."""

    @property
    def at_rest(self) -> bool:
        """Return whether the aircraft stands on the ground."""

    @property
    def camera_on(self) -> bool:
        """Return whether navigation images are taken."""

    def load(self, plan: FlightPlan, t_ns: int) -> None:
        """Accept a plan."""

    def refuse(self, t_ns: int, reason: str) -> None:
        """Refuse a plan that cannot be flown at all."""

    def go(self, t_ns: int) -> None:
        """Start the flight, if ready."""

    def abort(self, t_ns: int, reason: str) -> None:
        """Land where it is, or stop the rotors when still on the ground."""

    def order(self, t_ns: int, order: FlightOrder) -> str:
        """Obey an order, as to hold; return why not, '' when it will."""

    def plan_start_ns(self, t_ns: int) -> int | None:
        """Return the instant from which the plan's photo windows count, None before lift-off."""

    def take_health(self, health: HealthReport) -> None:
        """Take the report on sensors, actuators and power train, 50 times a second."""

    def step(self, estimate: Estimate, status: VehicleStatus, imu: ImuSample) -> Setpoint:
        """Return the setpoint of control for the next tick of 10 ms."""

    def command(self, t_ns: int, command: VelocityCommand | TrajectoryCommand) -> str:
        """Follow an offboard setpoint; return why not, '' when it does."""

    def take_changes(self) -> list[ModeChange]:
        """Return the mode changes since the last call."""


class HoverModel(Protocol):
    """What control knows of a hover."""

    @property
    def hover_collective(self) -> float:
        """Blade angle that carries the weight [rad]."""


class Control(Protocol):
    """Built as ``Class(ControlParameters, VehicleParameters, Air)``."""

    def prepare(self, rotor_speed: float) -> HoverModel:
        """Trim for a rotor speed [rad/s]; ValueError: too slow to lift."""

    def step(
        self, estimate: Estimate, setpoint: Setpoint, status: VehicleStatus,
    ) -> RotorCommand:
        """Return the command of one step of 2 ms."""


_MEANING = 'class that does this stage, as module:Class'


@dataclass(frozen=True)
class StageParameters:
    """Which class does which stage."""

    navigation: str = quantity(
        'ingenuity_nodes.navigation.estimator:Estimator', '1', _MEANING, source='ours')
    guidance: str = quantity(
        'ingenuity_nodes.guidance.guidance:Guidance', '1', _MEANING, source='ours')
    control: str = quantity(
        'ingenuity_nodes.control.controller:Controller', '1', _MEANING, source='ours')


PROTOCOLS: Mapping[str, type] = {
    'navigation': Navigation, 'guidance': Guidance, 'control': Control}


def stage_class(stage: str, name: str) -> type[Any]:
    """
    Find the class for a stage.

    Raises
    ------
    ParameterError
        ``name`` is not ``module:Class``, lies in the current folder without leave, cannot be
        imported, or lacks a method of the stage.

    """
    key = f'stages.{stage}'
    module_name, class_name = _module_and_class(key, name)
    try:
        found = getattr(importlib.import_module(module_name), class_name, None)
    except Exception as error:    # whatever the module does on import
        raise ParameterError(
            key, f"'{module_name}' cannot be imported: {type(error).__name__}: {error}") from error
    if not inspect.isclass(found):
        raise ParameterError(key, f"module '{module_name}' has no class '{class_name}'")
    needed = [method for method in vars(PROTOCOLS[stage]) if not method.startswith('_')]
    missing = [method for method in needed if not hasattr(found, method)]
    if missing:
        raise ParameterError(key, f"'{name}' lacks {', '.join(missing)}; "
                                  f'needed: {", ".join(needed)}')
    return found


def _module_and_class(key: str, name: str) -> tuple[str, str]:
    """
    Take a name apart; nothing is imported.

    Raises
    ------
    ParameterError
        It is not ``module:Class``, or code of the current folder without leave.

    """
    module_name, colon, class_name = name.partition(':')
    if not (module_name and colon and class_name):
        raise ParameterError(key, f"found '{name}', allowed: module:Class")
    here = Path.cwd()
    if os.environ.get(ALLOW_CODE):
        if str(here) not in sys.path:
            sys.path.append(str(here))
        return module_name, class_name
    package = module_name.partition('.')[0]
    given = {Path(part).resolve()
             for part in os.environ.get('PYTHONPATH', '').split(os.pathsep) if part}
    lies_here = (here / f'{package}.py').is_file() or (here / package).is_dir()
    if lies_here and here not in given and _folder_of(package) in (None, here):
        raise ParameterError(key, f"'{package}' lies in the current folder, allowed: an installed "
                                  'package; --allow-code lets code of this folder run')
    return module_name, class_name


def _folder_of(package: str) -> Path | None:
    """Return the folder from which a package or module would be imported, None from nowhere."""
    try:
        spec = find_spec(package)    # of a name without dots this runs nothing
    except ValueError:
        return None
    if spec is None:
        return None
    if spec.submodule_search_locations:
        return Path(next(iter(spec.submodule_search_locations))).resolve().parent
    return Path(spec.origin or os.devnull).resolve().parent


def stage_mistakes(parameters: StageParameters, *, run: bool = True) -> list[ParameterError]:
    """
    List what is wrong with the classes that a scenario names.

    Without ``run`` nothing of theirs is imported, and only their packages are looked for.
    """
    mistakes = []
    for about in fields(parameters):
        name = getattr(parameters, about.name)
        try:
            if run:
                stage_class(about.name, name)
                continue
            key = f'stages.{about.name}'
            package = _module_and_class(key, name)[0].partition('.')[0]
            if _folder_of(package) is None:
                raise ParameterError(key, f"'{package}' is not installed")
        except ParameterError as error:
            mistakes.append(error)
    return mistakes

# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""
Arguments of the launch files: declared, read, checked.

All that can be wrong is found before the first process starts, and is one line: found, allowed.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from difflib import get_close_matches
from itertools import pairwise
import os
from pathlib import Path
import sys
from typing import Any

from ament_index_python.packages import get_package_prefix, PackageNotFoundError
from ingenuity_nodes.graph.nodes import PACKAGE
from ingenuity_nodes.graph.processes import LAST_DOMAIN
from ingenuity_nodes.health.health import SOFTWARE
from ingenuity_nodes.scenario.load import names_text, scenario_names
from ingenuity_nodes.scenario.sections import FEATURES, FORMER_FEATURES
from ingenuity_nodes.yaml_files.check import FileError
from launch import LaunchContext
from launch.actions import DeclareLaunchArgument
from launch.substitutions import LaunchConfiguration, PathJoinSubstitution
from launch_ros.substitutions import FindPackageShare

YES_NO = ['true', 'false']
LEVELS = ['', 'debug', 'info', 'warn', 'error', 'fatal']
GLOBAL, WITHIN = 'global', 'namespace'    # where /clock and /tf are
SHUTDOWN, PART = 'shutdown', 'part'       # what a failed run ends
# 'ros2 launch' adds these of its own options.
OF_ROS2_LAUNCH = 'launch-prefix', 'launch-prefix-filter'


def scenario_arguments() -> list[DeclareLaunchArgument]:
    """Declare the arguments that all nodes of a run receive."""
    return [
        DeclareLaunchArgument(
            'scenario', default_value='flight_03',
            description=f'One of {names_text(scenario_names())}; or the path of a YAML file.'),
        DeclareLaunchArgument(
            'seed', default_value='-1',
            description='Seed of all noise; -1 takes the one of the scenario.'),
        DeclareLaunchArgument(
            'features', default_value='', choices=['', *FEATURES, *FORMER_FEATURES],
            description='What is navigated by; the choice of the scenario if not given, '
                        'and images if that makes none.'),
        DeclareLaunchArgument(
            'software', default_value='', choices=['', *SOFTWARE],
            description='Age of the flight software; that of the scenario if not given.'),
    ]


def ros_arguments() -> list[DeclareLaunchArgument]:
    """Declare what concerns ROS and not the run; nodes of one run need the same namespace."""
    return [
        *namespace_arguments(),
        DeclareLaunchArgument(
            'params_file', default_value='',
            description='YAML file of ROS parameters, as "ros2 param dump" writes it; the '
                        'arguments of this launch file count more.'),
        DeclareLaunchArgument(
            'log_level', default_value='', choices=LEVELS,
            description='What the nodes log from; that of ROS if not given.'),
        domain_argument(),
        DeclareLaunchArgument(
            'on_exit', default_value='', choices=['', SHUTDOWN, PART],
            description='A failed run ends the whole launch with status 1 (shutdown) or only its '
                        'own processes (part); if not given, shutdown where this is the file '
                        'that was launched, part where another one includes it.'),
    ]


def namespace_arguments() -> list[DeclareLaunchArgument]:
    """Declare where the names of a run are."""
    return [
        DeclareLaunchArgument(
            'namespace', default_value='',
            description='Namespace of the whole run, below those that are pushed around it.'),
        DeclareLaunchArgument(
            'clock_and_tf', default_value=GLOBAL, choices=[GLOBAL, WITHIN],
            description='Where /clock, /tf and /tf_static are: one for the ROS domain, or within '
                        'the namespace, as a second mission in the same domain needs it.')]


def domain_argument() -> DeclareLaunchArgument:
    """Declare in which ROS domain the processes are."""
    return DeclareLaunchArgument(
        'domain', default_value='',
        description=f'ROS_DOMAIN_ID of the processes, 0 to {LAST_DOMAIN}; that of the '
                    'environment if not given.')


def rviz_arguments(default: str) -> list[DeclareLaunchArgument]:
    """Declare whether there is an rviz2, and with which configuration."""
    return [
        yes_or_no('rviz', default, 'Open rviz2; it stays open at the end.'),
        yes_or_no('headless', 'false', 'Open no window, whatever rviz says.'),
        rviz_config()]


def rviz_config() -> DeclareLaunchArgument:
    """Declare the configuration file of rviz2."""
    ours = PathJoinSubstitution([FindPackageShare(PACKAGE), 'config', 'ingenuity.rviz'])
    return DeclareLaunchArgument(
        'rviz_config', default_value=ours, description='Configuration file that rviz2 opens.')


def yes_or_no(name: str, default: str, description: str) -> DeclareLaunchArgument:
    """Declare an argument that is true or false."""
    return DeclareLaunchArgument(
        name, default_value=default, choices=YES_NO, description=description)


def vehicle_argument(kind: str) -> DeclareLaunchArgument:
    """Declare which vehicle of a scenario is meant."""
    return DeclareLaunchArgument(
        'vehicle', default_value='',
        description=f'Name of the {kind} in the scenario; the first if not given.')


def vehicles_argument() -> DeclareLaunchArgument:
    """Declare which vehicles are started here."""
    return DeclareLaunchArgument(
        'vehicles', default_value='all',
        description='Vehicles that are started here, separated by commas, or all, or none; the '
                    'run waits for the others, which helicopter.launch.py and rover.launch.py '
                    'start from anywhere.')


# Reading --------------------------------------------------------------------------------------

def text_of(context: LaunchContext, name: str) -> str:
    """Read a launch argument."""
    return str(LaunchConfiguration(name).perform(context))


def is_true(context: LaunchContext, name: str) -> bool:
    """Read a launch argument that is true or false."""
    return text_of(context, name) == 'true'


def number_of(context: LaunchContext, name: str, kind: type[int] | type[float]) -> Any:
    """Read a launch argument that must be a number; FileError says what was found instead."""
    text = text_of(context, name)
    try:
        return kind(text)
    except ValueError:
        word = 'a whole number' if kind is int else 'a number'
        raise FileError(f"{name}: found '{text}', allowed: {word}") from None


def domain_of(context: LaunchContext) -> str:
    """Read the ROS domain, '' for that of the environment; FileError if it is none."""
    text = text_of(context, 'domain')
    if text and not (text.isascii() and text.isdigit() and int(text[:9]) <= LAST_DOMAIN):
        raise FileError(f"domain: found '{text[:40]}', allowed: a whole number from 0 to "
                        f'{LAST_DOMAIN}')
    return text


def file_of(context: LaunchContext, name: str) -> str:
    """Read the path of a file, '' if none is given; FileError if there is no such file."""
    text = text_of(context, name)
    if text and not Path(text).is_file():
        raise FileError(f"{name}: found '{text}', allowed: the path of a file that is there")
    return text


def vehicles_of(context: LaunchContext, names: Sequence[str]) -> list[str]:
    """Read which vehicles are started here; FileError names one that the scenario has not."""
    text = text_of(context, 'vehicles')
    if text in ('all', 'none'):
        return list(names) if text == 'all' else []
    chosen = [part.strip() for part in text.split(',') if part.strip()]
    for name in chosen:
        if name not in names:
            raise FileError(f"vehicles: found '{name}'{_hint(name, names)}; allowed: all, none, "
                            f'{", ".join(names)}')
    return chosen


# Checking -------------------------------------------------------------------------------------

def was_launched(file: str) -> bool:
    """Return whether a launch file of ours is what the command line names; else it is included."""
    words, path = sys.argv[1:], Path(file)
    return (any(package == PACKAGE and name == path.name
                for package, name in pairwise(words))
            or any(Path(word).is_file() and path.samefile(word) for word in words))


def refuse_undeclared(context: LaunchContext, file: str, declared: Iterable[str]) -> None:
    """
    Refuse what the command line sets and nobody declared, which launch itself overlooks.

    An including file may have arguments of its own, of which nothing is known here.

    Raises
    ------
    FileError
        There is such an argument; a near name is proposed.

    """
    if not was_launched(file):
        return
    names = sorted(declared)
    for argument in context.argv:
        name = argument.partition(':=')[0]
        if name not in (*names, *OF_ROS2_LAUNCH):
            raise FileError(f"{Path(file).name}: found argument '{name}'{_hint(name, names)}; "
                            f'allowed: {", ".join(names)}')


def _hint(name: str, names: Sequence[str]) -> str:
    near = get_close_matches(name, names, 1)
    return f", did you mean '{near[0]}'?" if near else ''


def wants_rviz(context: LaunchContext) -> bool:
    """
    Return whether rviz2 is to be opened.

    Raises
    ------
    FileError
        It is, and is not installed.

    """
    if not is_true(context, 'rviz') or is_true(context, 'headless'):
        return False
    require_rviz('leave it out with rviz:=false')
    return True


def require_rviz(otherwise: str) -> None:
    """Raise FileError, with the package to install, if there is no rviz2."""
    try:
        get_package_prefix('rviz2')
    except PackageNotFoundError:
        package = f"ros-{os.environ.get('ROS_DISTRO', '<distribution>')}-rviz2"
        raise FileError(f'rviz2 is not installed: install the package {package}, '
                        f'or {otherwise}') from None

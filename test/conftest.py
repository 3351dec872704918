# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""What all tests have in common."""

import os
from pathlib import Path
import signal
import sys

from hypothesis import HealthCheck, settings
from ingenuity_nodes.compiled.build import ensure_built
from ingenuity_nodes.compiled.listener import STRICT
from ingenuity_nodes.scenario.environment import environment_of
from ingenuity_nodes.scenario.load import load_scenario
from ingenuity_nodes.scenario.sections import Scenario
from ingenuity_nodes.world.environment import Environment
import pytest

ROOT = Path(__file__).resolve().parent.parent

# Examples may take as long as a busy machine lets them.
settings.register_profile('untimed', deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile('untimed')


def pytest_configure() -> None:
    """Give child processes the checkout, this ROS 2 and a network of their own."""
    for name, path in ('PYTHONPATH', str(ROOT)), ('AMENT_PREFIX_PATH', sys.prefix):
        parts = [part for part in os.environ.get(name, '').split(os.pathsep) if part]
        if path not in parts:
            os.environ[name] = os.pathsep.join([path, *parts])
    if 'PYTEST_XDIST_WORKER' in os.environ:    # inherits that of its parent, as its siblings do
        del os.environ['ROS_DOMAIN_ID']
    os.environ.setdefault('ROS_DOMAIN_ID', str(1 + os.getpid() % 100))
    os.environ[STRICT] = '1'
    os.environ.setdefault('ROS_AUTOMATIC_DISCOVERY_RANGE', 'LOCALHOST')
    # A shell that starts us in its background has Ctrl-C ignored, also by all that we start.
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(scope='session', autouse=True)
def kernels() -> None:
    """Compile all kernels on purpose, once; what is compiled in a flight later is an error."""
    ensure_built(lambda _: None)


@pytest.fixture(scope='session')
def root() -> Path:
    """Give the folder of the checkout."""
    return ROOT


@pytest.fixture(scope='module')
def flight_3() -> Scenario:
    """Give the scenario of Flight 3."""
    return load_scenario('flight_03')


@pytest.fixture(scope='module')
def environment(flight_3: Scenario) -> Environment:
    """Give Mars as it is in Flight 3, where a module has no other."""
    return environment_of(flight_3)

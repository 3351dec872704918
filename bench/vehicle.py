# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""
How fast the vehicle model is, beside the physics step of two peers in the same run.

``python bench/vehicle.py`` prints one line per case, best of some repetitions, and ratios. MuJoCo
and RotorPy take part when they are installed: ``pip install mujoco==4.0.0 rotorpy==3.0.0``.
"""

from __future__ import annotations

from collections.abc import Callable
import importlib.util
from pathlib import Path
import time

import checkout    # noqa: F401
from ingenuity_nodes.compiled.entry import entry_point
from ingenuity_nodes.signals import RotorCommand
from ingenuity_nodes.vehicle.dynamics import advance_many, Surroundings
from ingenuity_nodes.vehicle.helicopter import Vehicle, VehicleParameters
from ingenuity_nodes.world.mars import air_of_density
from ingenuity_nodes.world.terrain import Terrain
import numpy as np

REPETITIONS, STEPS = 30, 2000
FLIGHT_SPEED = 265.68   # [rad/s] 2,537 rpm
HOVER = RotorCommand((0.1579, 0.1678), (0.0, 0.0), (0.0, 0.0), FLIGHT_SPEED)
AIR, STILL = air_of_density(0.0165, 235.0), np.zeros(3)


def best(run: Callable[[], object], steps: int) -> float:
    """Least time per step over some repetitions [s], after one run that warms up."""
    run()
    times = []
    for _ in range(REPETITIONS):
        start = time.perf_counter()
        run()
        times.append((time.perf_counter() - start) / steps)
    return min(times)


def hovering(height: float = 500.0, rotor_speed: float = FLIGHT_SPEED) -> Vehicle:
    """Build a helicopter at some height."""
    level = np.array([1.0, 0.0, 0.0, 0.0])
    p_MB = np.array([0.0, 0.0, height])
    return Vehicle(VehicleParameters(), Terrain(), p_MB, level, rotor_speed)


def stepped(vehicle: Vehicle) -> Callable[[], object]:
    """Step a helicopter through Python, holding it where it is so that it does not fall."""
    x = vehicle._state['x'][0]
    start = x.copy()

    def run() -> None:
        x[:] = start
        for _ in range(STEPS):
            vehicle.step(HOVER, AIR, STILL, 15.0)
    return run


def batch(vehicles: int) -> Callable[[], object]:
    """Step many helicopters in one compiled call."""
    one = hovering()
    one.step(HOVER, AIR, STILL, 15.0)
    start = np.repeat(one._state, vehicles)
    state, winds = start.copy(), np.zeros((vehicles, 3))

    around = Surroundings(AIR.density, AIR.speed_of_sound, AIR.temperature, STILL, 15.0)
    advance = entry_point(advance_many, one._constants, state, one._field, around, winds, 0)

    def run() -> None:
        state[:] = start
        advance(one._constants, state, one._field, around, winds, STEPS // vehicles)
    return run


def mujoco_step() -> Callable[[], object]:
    """Step MuJoCo: one free body with four thrusters, no contact, Euler."""
    import mujoco
    sites = ''.join(f'<site name="r{k}" pos="{x} {y} 0"/>' for k, (x, y) in enumerate(
        ((.3, .3), (-.3, .3), (-.3, -.3), (.3, -.3))))
    motors = ''.join(f'<motor site="r{k}" gear="0 0 1 0 0 0"/>' for k in range(4))
    model = mujoco.MjModel.from_xml_string(
        '<mujoco><option timestep="0.002" gravity="0 0 -3.72"/><worldbody><body pos="0 0 500">'
        '<freejoint/><inertial pos="0 0 0" mass="1.8" diaginertia=".039 .039 .022"/>'
        f'{sites}</body></worldbody><actuator>{motors}</actuator></mujoco>')
    data = mujoco.MjData(model)
    data.ctrl[:] = 1.8 * 3.72 / 4.0

    def run() -> None:
        for _ in range(STEPS):
            mujoco.mj_step(model, data)
    return run


def rotorpy_step() -> Callable[[], object]:
    """Step RotorPy: its own quadrotor at hover, its own integrator."""
    from rotorpy.vehicles.crazyflie_params import quad_params
    from rotorpy.vehicles.multirotor import Multirotor
    vehicle = Multirotor(quad_params)
    state = {
        'x': np.array([0.0, 0.0, 500.0]), 'v': np.zeros(3), 'q': np.array([0.0, 0.0, 0.0, 1.0]),
        'w': np.zeros(3), 'wind': np.zeros(3), 'rotor_speeds': np.full(4, 1788.53)}
    control = {'cmd_motor_speeds': np.full(4, 1788.53)}

    def run() -> None:
        now = state
        for _ in range(STEPS // 20):
            now = vehicle.step(now, control, 0.002)
    return run


def memory() -> tuple[float, float]:
    """Resident memory of this process: its own, and pages of files [MB]."""
    lines = Path('/proc/self/status').read_text(encoding='ascii').splitlines()
    kilobytes = {key: int(rest.split()[0]) for key, _, rest in (
        line.partition(':') for line in lines if line.startswith('Rss'))}
    return kilobytes['RssAnon'] / 1000.0, kilobytes['RssFile'] / 1000.0


def main() -> None:
    """Measure and print."""
    ours = best(stepped(hovering()), STEPS)
    print(f'vehicle step, Python call included   {ours * 1e6:8.2f} us')
    standing = best(stepped(hovering(0.264, 0.0)), STEPS)
    print(f'the same, standing on its legs       {standing * 1e6:8.2f} us')
    many = best(batch(50), STEPS)
    print(f'in a batch of 50, one core           {many * 1e6:8.2f} us, '
          f'{1e-6 / many:.2f} million vehicle-steps per second')
    own, mapped = memory()
    print(f'memory of the process                {own + mapped:8.0f} MB, {own:.0f} MB its own, '
          f'{mapped:.0f} MB pages of libraries, the same for all our processes')
    for name, make, fewer in (('mujoco', mujoco_step, 1), ('rotorpy', rotorpy_step, 20)):
        if importlib.util.find_spec(name) is None:
            print(f'{name} is not installed: left out')
            continue
        theirs = best(make(), STEPS // fewer)
        print(f'{name + " step":37}{theirs * 1e6:8.2f} us, {theirs / ours:.2f} of ours called '
              f'from Python, {theirs / many:.2f} of ours in a batch')


if __name__ == '__main__':
    main()

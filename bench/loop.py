# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""
How fast the whole loop flies on one core, beside the closed loops of two peers in the same run.

Ours: vehicle, sensors, filter and control at 500 Hz, guidance at 100 Hz, features from geometry,
over 45 s of Flight 3 under way. ``taskset -c 0 python bench/loop.py`` prints simulated seconds
per CPU second, best of some repetitions. The peers take part when they are installed:
``pip install rotorpy==3.0.0 drones-sim==0.2.0``; each flies its own quadrotor with its own
controller, sensors and (drones-sim) estimator.
"""

from __future__ import annotations

from collections.abc import Callable
import importlib.util
import time

import checkout    # noqa: F401
from ingenuity_nodes.compiled.build import ensure_built
from ingenuity_nodes.scenario.load import load_scenario
from ingenuity_nodes.scenario.variants import with_features
from ingenuity_nodes.simulation.simulation import Simulation
from ingenuity_nodes.timing import SECOND_NS
import numpy as np

REPETITIONS = 3
BEGIN, END = 15.0, 60.0    # [s] of Flight 3: in the air, with features


def ours() -> Callable[[], tuple[float, float]]:
    """Fly our loop; returns simulated and CPU seconds."""
    scenario = with_features(load_scenario('flight_03'), 'geometry')
    ensure_built(print)

    def run() -> tuple[float, float]:
        simulation = Simulation(scenario)
        while simulation.t_ns < BEGIN * SECOND_NS:
            simulation.tick()
        start = time.process_time()
        while simulation.t_ns < END * SECOND_NS:
            simulation.tick()
        return END - BEGIN, time.process_time() - start
    return run


def rotorpy(rate: int) -> Callable[[], tuple[float, float]]:
    """Fly RotorPy's hover with SE3 control and its sensors."""
    from rotorpy.controllers.quadrotor_control import SE3Control
    from rotorpy.environments import Environment
    from rotorpy.trajectories.hover_traj import HoverTraj
    from rotorpy.vehicles.crazyflie_params import quad_params
    from rotorpy.vehicles.multirotor import Multirotor

    def run() -> tuple[float, float]:
        world = Environment(
            vehicle=Multirotor(quad_params), controller=SE3Control(quad_params),
            trajectory=HoverTraj(x0=np.array([0.0, 0.0, 1.0])), sim_rate=rate)
        world.vehicle.initial_state = {
            'x': np.array([0.0, 0.0, 0.5]), 'v': np.zeros(3), 'q': np.array([0.0, 0.0, 0.0, 1.0]),
            'w': np.zeros(3), 'wind': np.zeros(3), 'rotor_speeds': np.full(4, 1788.53)}
        start = time.process_time()
        world.run(t_final=5.0, terminate=False, verbose=False)
        return 5.0, time.process_time() - start
    return run


def drones_sim(rate: int) -> Callable[[], tuple[float, float]]:
    """Fly the circle of drones-sim with its inertial sensor, GPS, Kalman filter and control."""
    from drones_sim import ClosedLoopSimulator, SimulationConfig
    from drones_sim.trajectory import generate_circular

    def run() -> tuple[float, float]:
        circle = generate_circular(duration=5.0, sample_rate=rate, radius=2.0)
        simulator = ClosedLoopSimulator(
            config=SimulationConfig(dt=1.0 / rate, use_estimator=True, seed=7))
        start = time.process_time()
        simulator.run(circle)
        return 5.0, time.process_time() - start
    return run


def best(run: Callable[[], tuple[float, float]]) -> float:
    """Count simulated seconds per CPU second, best of some repetitions after one that warms up."""
    run()
    return max(simulated / cpu for simulated, cpu in (run() for _ in range(REPETITIONS)))


def main() -> None:
    """Measure and print."""
    mine = best(ours())
    print(f'ours, 500 Hz, filter on features     {mine:8.1f} simulated seconds per CPU second')
    for name, module, make in (('RotorPy', 'rotorpy', rotorpy),
                               ('drones-sim', 'drones_sim', drones_sim)):
        if importlib.util.find_spec(module) is None:
            print(f'{name} is not installed: left out')
            continue
        for rate in (100, 500):
            theirs = best(make(rate))
            label = f'{name}, {rate} Hz'
            print(f'{label:37}{theirs:8.1f}, ours is {mine / theirs:.1f} times as fast')


if __name__ == '__main__':
    main()

# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""A flight that left no bag, flown again: the same scenario and seed give the same bits."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from ingenuity_nodes.export.flight_record import FlightRecord, Motion, Shot
from ingenuity_nodes.navigation.inputs import NavigationInput, rows_of
from ingenuity_nodes.recording.errors import RecordingError
from ingenuity_nodes.recording.run_products import RunProducts
from ingenuity_nodes.scenario.environment import environment_of
from ingenuity_nodes.scenario.sections import Scenario
from ingenuity_nodes.signals import Estimate, Exposure, Truth
from ingenuity_nodes.simulation.batch import note
from ingenuity_nodes.simulation.drawn_images import OfflineCamera
from ingenuity_nodes.simulation.simulation import Simulation
from ingenuity_nodes.timing import SECOND_NS
from ingenuity_nodes.world.environment import Environment

REPORT_NS = 10 * SECOND_NS    # of simulated time between two lines


def fly_again(
    scenario: Scenario, seed: int | None = None, vehicle: str = '', *, sha256: str = '',
    report_line: Callable[[str], None] = lambda _: None,
) -> FlightRecord:
    """
    Fly a scenario in the batch and keep what navigation had of it; images are drawn when read.

    Parameters
    ----------
    scenario, seed
        What to fly; ``seed`` replaces that of the file.
    vehicle
        Name of a helicopter; '' takes the first.
    sha256
        Hash of the trajectory that must come out again; '' takes any.
    report_line
        Receives how far it is.

    Raises
    ------
    RecordingError
        It became another flight, or there is no such helicopter.

    """
    name = _name(scenario, vehicle)
    environment = environment_of(scenario, seed)
    drawn = OfflineCamera(scenario, environment)
    simulation = _simulation(scenario, seed, environment, drawn)
    products = RunProducts(scenario, simulation.seed, environment, None)
    helicopter = simulation.helicopters[name]
    handed: list[NavigationInput] = []
    truths: list[Truth] = []
    estimates: list[Estimate] = []
    exposures: list[Exposure] = []
    outcome = ''
    while not outcome:
        report = simulation.tick()
        note(products, report)
        drawn.watch(report)
        flown = report.helicopters[name]
        handed += flown.handed
        truths.append(flown.truth)
        estimates.append(flown.estimate)
        exposures += [one for one in flown.exposures if one.camera == 'navcam']
        if report.t_ns % REPORT_NS == 0:
            report_line(f'flying again: {report.t_ns / SECOND_NS:.0f} s')
        outcome = report.outcome
    found = products.finish(0.0, full=False)['trajectory_sha256']
    if sha256 and found != sha256:
        raise RecordingError(
            f'{scenario.name}: flown again it is another flight ({found[:12]}, recorded '
            f'{sha256[:12]}), allowed: the scenario, software and features of the run, with '
            '--scenario, --software and --features, and the version that flew it')
    return FlightRecord(
        name, f'{scenario.name}, seed {simulation.seed}, flown again', scenario, simulation.seed,
        helicopter.parameters, helicopter.navcam, helicopter.started, rows_of(handed),
        {one.features.t_ns: one.features for one in handed if one.features},
        Motion.of(truths), Motion.of(estimates), tuple(exposures),
        lambda: _drawn(drawn, name, exposures))


def _simulation(
    scenario: Scenario, seed: int | None, environment: Environment, drawn: OfflineCamera,
) -> Simulation:
    tracked = any(section.features == 'images' for section in scenario.helicopters)
    return Simulation(scenario, seed, track_image=drawn.track if tracked else None,
                      environment=environment,
                      draw_image=drawn.draw if scenario.mapper else None)


def _name(scenario: Scenario, vehicle: str) -> str:
    names = [section.name for section in scenario.helicopters]
    if vehicle and vehicle not in names:
        raise RecordingError(f"{scenario.name}: found helicopter '{vehicle}', "
                             f'allowed: {", ".join(names)}')
    return vehicle or names[0]


def _drawn(camera: OfflineCamera, name: str, exposures: list[Exposure]) -> Iterator[Shot]:
    for exposure in exposures:
        yield Shot(exposure, camera.draw(name, exposure))

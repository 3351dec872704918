# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""Flying a scenario in one process and leaving the same products as the live graph."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
import time
from typing import Any

from ingenuity_nodes.compiled.build import ensure_built
from ingenuity_nodes.compiled.listener import nothing_compiles
from ingenuity_nodes.helicopter.helicopter import hop
from ingenuity_nodes.parameters import with_overrides
from ingenuity_nodes.photo.self_recognition import self_finder
from ingenuity_nodes.radio.frames import is_photo, photo_time
from ingenuity_nodes.recording.run_folder import RunFolder
from ingenuity_nodes.recording.run_products import RunProducts
from ingenuity_nodes.scenario.environment import environment_of
from ingenuity_nodes.scenario.helicopter_parameters import HelicopterParameters
from ingenuity_nodes.scenario.sections import Scenario
from ingenuity_nodes.simulation.drawn_images import OfflineCamera
from ingenuity_nodes.simulation.simulation import Simulation, TickReport
from ingenuity_nodes.timing import SECOND_NS
from ingenuity_nodes.world.environment import Environment


def fly_batch(
    scenario: Scenario, seed: int | None, folder: RunFolder | None, *,
    images: bool = False, report_line: Callable[[str], None] = lambda _: None,
    environment: Environment | None = None,
) -> dict[str, Any]:
    """
    Fly a scenario to its end.

    Parameters
    ----------
    scenario, seed
        What to fly; ``seed`` replaces that of the file.
    folder
        Where the products go; None keeps only the result.
    images
        Draw the photos and send them over the radio.
    report_line
        Receives each line of mission control's log.
    environment
        Surroundings other than those of the scenario, for campaigns.

    Returns
    -------
    dict
        The content of ``result.json``.

    """
    environment = environment or environment_of(scenario, seed)
    tracked = any(section.features == 'images' for section in scenario.helicopters)
    drawn = OfflineCamera(scenario, environment) \
        if images or tracked or scenario.mapper else None
    ensure_built(lambda text: report_line(f'compiling, first use: {text}'))
    for section in scenario.helicopters:
        hop(section, environment, with_overrides(HelicopterParameters(), section.overrides))
    began = time.perf_counter()
    simulation = Simulation(
        scenario, seed, take_photo=drawn.take if drawn and images else None,
        track_image=drawn.track if drawn and tracked else None, environment=environment,
        find_itself=self_finder(), draw_image=drawn.draw if drawn else None)
    products = RunProducts(scenario, simulation.seed, environment, folder)
    if drawn:
        drawn.products = products
    with nothing_compiles(report_line):
        outcome = _fly(simulation, products, drawn, report_line)
    factor = simulation.t_ns / SECOND_NS / (time.perf_counter() - began)
    return products.finish(factor, full=folder is not None,
                           verdict='' if simulation.succeeded else f'failed: {outcome}')


def _fly(
    simulation: Simulation, products: RunProducts, drawn: OfflineCamera | None,
    report_line: Callable[[str], None],
) -> str:
    """Tick until the run is over; return what mission control says of it."""
    outcome = ''
    while not outcome:
        report = simulation.tick()
        note(products, report)
        if drawn:
            drawn.watch(report)
        for line in report.log:
            report_line(f'{report.t_ns / SECOND_NS:7.2f} s: {line}')
        outcome = report.outcome
    return outcome


def note(products: RunProducts, report: TickReport) -> None:
    """Record what an onlooker sees of one tick."""
    for name, rover in report.rovers.items():
        products.rover_at(name, report.t_ns, rover.state.p_MB, rover.state.q_MB)
    for line in report.log:
        products.decided(report.t_ns, line)
    for rover_name, paths in report.rover_paths.items():
        for path in paths:
            products.path_sent(rover_name, report.t_ns, path)
    for value in report.maps:
        products.mapped(value)
    for name, outputs in report.helicopters.items():
        # Changes count from the end of their tick, as in the live graph, where they are messages.
        modes = tuple(replace(change, t_ns=report.t_ns) for change in outputs.modes)
        products.tick(name, outputs.truth, outputs.estimate, outputs.status, modes,
                      outputs.faults)
        for exposure in outputs.exposures:
            if exposure.camera == 'rte':
                products.exposed(name, exposure)
    for file in report.files:
        if is_photo(file.name):
            products.photo_received(file.sender, photo_time(file.name), report.t_ns, file.sha256)
            products.captioned(file.caption)

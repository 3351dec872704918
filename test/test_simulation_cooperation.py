# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""The helicopter sees what the rover cannot, and the rover drives another way because of it."""

import math

from ingenuity_nodes.recording.run_products import RunProducts
from ingenuity_nodes.scenario.environment import environment_of
from ingenuity_nodes.scenario.load import load_scenario
from ingenuity_nodes.simulation.batch import note
from ingenuity_nodes.simulation.simulation import Simulation
from ingenuity_nodes.world.rocks import DIAMETER, GROUND, HALF_HEIGHT, X, Y, Z
import numpy as np
import pytest

TALLEST, SEPARATION = 0.35, 5.0    # [m] rock that a wheel may touch; between aircraft


class Run:
    """What happened in a run: lines of the log, where the rover was, how near aircraft came."""

    def __init__(self, simulation, on_tick=lambda report: None):
        self.log, self.path, self.nearest = [], [], math.inf
        outcome = ''
        while not outcome:
            report = simulation.tick()
            on_tick(report)
            self.log += report.log
            self.path += [rover.state.p_MB for rover in report.rovers.values()]
            aircraft = report.helicopters.values()
            if len(aircraft) == 2 and any(out.setpoint.airborne for out in aircraft):
                one, other = (out.truth.p_MB for out in aircraft)
                self.nearest = min(self.nearest, float(np.linalg.norm(one - other)))
            outcome = report.outcome
        self.outcome = outcome
        self.failures = [out.status.failure for out in report.helicopters.values()]

    def lines_with(self, text):
        return [line for line in self.log if text in line]


@pytest.mark.slow
def test_the_map_of_the_scout_leads_the_rover_round_the_rocks_to_its_goal():
    from ingenuity_nodes.simulation.drawn_images import OfflineCamera
    scenario = load_scenario('cooperation')
    environment = environment_of(scenario)
    drawn = OfflineCamera(scenario, environment)
    products = RunProducts(scenario, scenario.seed, environment, None)

    def watch(report):
        note(products, report)
        drawn.watch(report)

    run = Run(Simulation(scenario, environment=environment, draw_image=drawn.draw), watch)
    assert run.outcome == 'landed'
    photos = [photo for log in products.run.logs for photo in log.photos]
    assert [photo.target for photo in photos] == ['perseverance'] * 2
    assert [photo.target_visible_share for photo in photos] == [pytest.approx(1.0)] * 2
    assert run.failures == ['', '']
    assert SEPARATION < run.nearest < math.inf
    assert run.lines_with('path uplinked: round hazards in')
    start, goal = np.array(scenario.rovers[0].position), np.array(scenario.rovers[0].drive_to)
    path = np.array(run.path)[:, :2]
    assert np.linalg.norm(path[-1] - goal) < 0.5
    along = (goal - start) / np.linalg.norm(goal - start)
    aside = np.abs((path - start) @ np.array([-along[1], along[0]]))
    assert aside.max() > 1.0
    # No rock that a wheel must not touch lies where the body passed, half the track to each side.
    rocks = environment.rocks.within(*(path.min(0) - 3.0), *(path.max(0) + 3.0), 0.2)
    tall = rocks[rocks[:, Z] + rocks[:, HALF_HEIGHT] - rocks[:, GROUND] > TALLEST]
    assert len(tall) > 0
    gaps = np.linalg.norm(path[::20, None] - tall[:, [X, Y]], axis=2) - 0.5 * tall[:, DIAMETER]
    assert gaps.min() > 1.35


def test_without_the_scout_the_rover_stops_before_the_field_and_says_why():
    scenario = load_scenario('cooperation')
    photographer = scenario.helicopters[0].model_copy(update={'start': 2.0})
    alone = scenario.model_copy(update={
        'mapper': None, 'vehicles': (photographer, *scenario.rovers)})
    run = Run(Simulation(alone))
    assert run.lines_with('path uplinked: straight')
    (line,) = run.lines_with('driving -> stopped')
    assert 'a rock of' in line
    assert 'allowed: ' in line
    goal = np.array(scenario.rovers[0].drive_to)
    assert np.linalg.norm(run.path[-1][:2] - goal) > 10.0

# Copyright 2026 Ingenuity contributors
#
# Licensed under the Apache License, Version 2.0 (the "License");
# you may not use this file except in compliance with the License.
# You may obtain a copy of the License at
#
#     http://www.apache.org/licenses/LICENSE-2.0
#
# Unless required by applicable law or agreed to in writing, software
# distributed under the License is distributed on an "AS IS" BASIS,
# WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
# See the License for the specific language governing permissions and
# limitations under the License.
"""Pictures and geometric features lead the filter along the same flight."""

from flights import scenario_of
from ingenuity_nodes.batch import Artist
from ingenuity_nodes.campaign.consistency import error_of
from ingenuity_nodes.scenario import Scenario
from ingenuity_nodes.simulation import Simulation
from ingenuity_nodes.timing import SECOND_NS
from ingenuity_nodes.variants import with_features
from ingenuity_nodes.world.environment import environment_of
import numpy as np
import pytest

ASIDE = [
    {'segment': 'climb', 'altitude': 3.0, 'speed': 1.0},
    {'segment': 'translate', 'north': 5.0, 'east': 0.0, 'speed': 1.5},
    {'segment': 'land', 'speed': 1.0}]


def errors(scenario: Scenario) -> tuple[np.ndarray, np.ndarray]:
    """Fly; return errors and their sigmas, both (n, 9), each half second in the air."""
    artist = Artist(scenario, environment_of(scenario, 1))
    simulation = Simulation(scenario, 1, track_picture=artist.track)
    rows, before, outcome = [], None, ''
    while not outcome:
        report = simulation.tick()
        out, outcome = report.helicopters['ingenuity'], report.outcome
        artist.watch(report)
        if out.setpoint.airborne and simulation.t_ns % (SECOND_NS // 2) == 0:
            sigma = np.sqrt(np.diag(out.estimate.covariance)[:9])
            rows.append((error_of(before, out.estimate), sigma))
        before = out.truth
    assert outcome == 'landed'
    both = np.array(rows)
    return both[:, 0], both[:, 1]


@pytest.fixture(scope='module')
def flown() -> tuple[np.ndarray, np.ndarray]:
    """Fly by pictures and by geometry; the errors by pictures, and the differences in sigmas."""
    scenario = scenario_of(ASIDE, wind=3.0)
    seen, sigma_seen = errors(with_features(scenario, 'pictures'))
    known, sigma_known = errors(with_features(scenario, 'geometry'))
    count = min(len(seen), len(known))
    sigma = np.hypot(sigma_seen, sigma_known)[:count]
    return seen, np.abs(seen[:count] - known[:count]) / sigma


# Of the errors at each instant, 0.3 % of an honest filter's leave three sigma.


@pytest.mark.slow
def test_pictures_and_geometry_differ_by_less_than_three_sigma_of_the_filter(flown):
    seen, apart = flown
    assert np.mean(apart[:, [0, 1, 2, 6, 7, 8]] < 3.0) > 0.98    # position, attitude
    assert np.abs(seen[:, :3]).max() < 0.15


@pytest.mark.slow
@pytest.mark.xfail(reason='by pictures the velocity is too sure while the speed changes: six of '
                          '93 beyond three sigma; see docs/model.md', strict=False)
def test_velocities_by_pictures_and_geometry_differ_by_less_than_three_sigma(flown):
    assert np.mean(flown[1][:, 3:6] < 3.0) > 0.98

# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""Separation watched in flight: who is held, when, and when it may go on."""

from ingenuity_nodes.mission.limits import FlightLimits
from ingenuity_nodes.mission.separation_watch import SeparationWatch, WatchParameters
from ingenuity_nodes.signals import Estimate
from ingenuity_nodes.timing import SECOND_NS
import numpy as np
import pytest
from test_mission_separation import line

ZERO = np.zeros(3)
PERIOD = 0.2    # [s] between reports
BRAKING = WatchParameters().braking


class Sky:
    """A watch and aircraft that fly their plans perfectly, but for an offset of each."""

    def __init__(self, *flights, sigma=0.0):
        self.watch = SeparationWatch(FlightLimits(uncertainty=0.0))
        self.t_s, self.sigma = 0.0, sigma
        self.flights = {one.name: one.flight for one in flights}
        self.along = {one.name: -one.lift_off_s for one in flights}
        self.modes, self.decisions = {}, []

    def position(self, name):
        flight, t = self.flights[name], max(0.0, self.along[name])
        return np.array([np.interp(t, flight.t_s, flight.p_MB[:, k]) for k in range(3)])

    def run(self, seconds):
        for _ in range(round(seconds / PERIOD)):
            self.t_s += PERIOD
            t_ns = round(self.t_s * SECOND_NS)
            for name, mode in self.modes.items():
                self.along[name] += 0.0 if mode == 'hold' else PERIOD
                self.watch.take_position(name, Estimate(
                    t_ns, self.position(name), ZERO, np.array([1.0, 0.0, 0.0, 0.0]), ZERO, ZERO,
                    ZERO, 5.0, self.sigma ** 2 / 3.0 * np.eye(15), 20, 1.0))
            for decision in self.watch.decide(t_ns):
                self.decisions.append((round(self.t_s, 1), decision.name, decision.kind))
                self.fly(decision.name, 'hold' if decision.kind == 'hold' else 'translate')
        return self.decisions

    def fly(self, name, mode='translate'):
        if not self.watch.watches(name):
            self.watch.lifts_off(name, self.flights[name])
        self.modes[name] = mode
        self.watch.take_mode(name, mode, returns=False)


def sky(*flights, **options):
    made = Sky(*flights, **options)
    for one in flights:
        made.fly(one.name)
    return made


EAST = line('a', (-30, 0, 5), (30, 0, 5))
NORTH = line('b', (0, -30, 5), (0, 30, 5))


def test_of_two_on_crossing_lines_the_later_one_is_held_and_goes_on_behind_the_other():
    crossing = sky(EAST, NORTH)
    decisions = crossing.run(60.0)
    assert [(name, kind) for _, name, kind in decisions] == [('b', 'hold'), ('b', 'resume')]
    held, on = (t for t, _, _ in decisions)
    assert 30.0 - WatchParameters().horizon - 5.0 < held < 30.0
    assert held + 2.0 < on
    assert crossing.watch.nearest.distance >= 5.0


def test_who_lifts_off_later_is_held_whatever_its_name():
    made = Sky(EAST, NORTH)
    made.fly('b')
    made.fly('a')
    assert made.run(40.0)[0][1:] == ('a', 'hold')


@pytest.mark.parametrize('other', [
    line('b', (0, -50, 5), (0, -90, 5)), line('b', (-30, 8, 5), (30, 8, 5)),
    line('b', (0, -30, 12), (0, 30, 12))], ids=['leaving', 'beside', 'above'])
def test_nobody_is_held_where_distances_suffice(other):
    made = sky(EAST, other)
    assert made.run(40.0) == []


def test_what_is_uncertain_is_kept_farther_apart():
    """8 m beside each other: enough for exact positions, not for 2 m of 3 sigma each."""
    beside = line('b', (-30, 14, 5), (30, 8, 5))
    assert sky(EAST, beside).run(50.0) == []
    found = sky(EAST, beside, sigma=2.0 / 3.0).run(50.0)
    assert found[0][1:] == ('b', 'hold')


def test_who_flies_away_from_too_near_is_not_held():
    assert sky(line('a', (0, 0, 5), (50, 0, 5)), line('b', (0, 3, 5), (-50, 3, 5))).run(20.0) == []


def test_the_smallest_distance_is_that_of_the_reports():
    made = sky(EAST, line('b', (-30, 8, 5), (30, 8, 5)))
    made.run(10.0)
    assert made.watch.nearest.distance == pytest.approx(8.0)
    assert 'a and b, 8.0 m' in made.watch.nearest.text


def test_a_landing_on_a_rover_is_held_until_the_rover_has_left():
    made = sky(line('a', (0, 0, 20), (0, 0, 0)))
    made.modes['a'] = 'landing'
    made.watch.take_mode('a', 'landing', returns=False)
    made.watch.take_rover('rover', np.array([1.0, 0.0, 2.2]))
    assert made.run(15.0)[-1][1:] == ('a', 'hold')
    assert made.position('a')[2] > 2.2 + 5.0 + 0.5 / BRAKING
    made.watch.take_rover('rover', np.array([15.0, 0.0, 2.2]))
    assert made.run(1.0)[-1][1:] == ('a', 'resume')

# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""Flies short missions in the batch and keeps what the tests of the flight computer look at."""

from __future__ import annotations

from dataclasses import dataclass

from ingenuity_nodes.campaign.consistency import error_of, nees
from ingenuity_nodes.frames import tilt
from ingenuity_nodes.scenario.sections import Scenario
from ingenuity_nodes.signals import ModeChange
from ingenuity_nodes.simulation.simulation import Simulation
from ingenuity_nodes.timing import SECOND_NS
import numpy as np
from numpy.typing import NDArray

FLIGHT_1 = [
    {'segment': 'climb', 'altitude': 3.0, 'speed': 1.0},
    {'segment': 'hover', 'duration': 8.0},
    {'segment': 'turn', 'azimuth': 4.5},
    {'segment': 'hover', 'duration': 15.0},
    {'segment': 'land', 'speed': 1.0},
]
FLIGHT_3 = [
    {'segment': 'climb', 'altitude': 5.0, 'speed': 1.0},
    {'segment': 'hover', 'duration': 4.6},
    {'segment': 'translate', 'north': 49.4, 'east': -1.4, 'speed': 2.05},
    {'segment': 'hover', 'duration': 2.2},
    {'segment': 'translate', 'north': 0.0, 'east': 0.0, 'speed': 2.0},
    {'segment': 'land', 'speed': 1.0},
]
HOP = [
    {'segment': 'climb', 'altitude': 3.0, 'speed': 1.0},
    {'segment': 'hover', 'duration': 3.0},
    {'segment': 'land', 'speed': 1.0},
]


@dataclass(frozen=True)
class Flight:
    """One flight, sampled at 100 Hz."""

    t: NDArray[np.float64]            # since power-on [s]
    p: NDArray[np.float64]            # true position (n, 3)
    v: NDArray[np.float64]
    tilt: NDArray[np.float64]         # true [rad]
    p_ref: NDArray[np.float64]
    p_est: NDArray[np.float64]
    error: NDArray[np.float64]        # true less estimated: position, velocity, attitude (n, 9)
    nees: NDArray[np.float64]         # of those nine, normalised by the filter's covariance
    mode: NDArray[np.str_]
    features: NDArray[np.int64]
    changes: tuple[ModeChange, ...]
    outcome: str
    warnings: frozenset[str]

    def during(self, *modes: str) -> NDArray[np.bool_]:
        """Select the samples in some modes."""
        return np.isin(self.mode, modes)

    @property
    def landing_offset(self) -> float:
        """Horizontal distance from take-off to where it ended [m]."""
        return float(np.hypot(*(self.p[-1, :2] - self.p[0, :2])))

    @property
    def across(self) -> NDArray[np.float64]:
        """Horizontal distance from the reference, to its side, while under way [m]."""
        on = self.during('translate')
        steps = np.gradient(self.p_ref[on, :2], axis=0)
        lengths = np.linalg.norm(steps, axis=1)
        moving = lengths > 1e-6
        ahead = steps[moving] / lengths[moving, None]
        miss = (self.p - self.p_ref)[on][moving, :2]
        return ahead[:, 0] * miss[:, 1] - ahead[:, 1] * miss[:, 0]

    def mode_of(self, name: str) -> ModeChange | None:
        """Find the first entry of a mode."""
        return next((change for change in self.changes if change.mode == name), None)


def scenario_of(
    segments: list[dict[str, object]], *, wind: float = 7.0, azimuth: float = 84.0,
    overrides: dict[str, object] | None = None, terrain: dict[str, object] | None = None,
    gusts: float = 0.2,
) -> Scenario:
    """Build a scenario with one helicopter, on the air and light of Flight 3."""
    return Scenario.model_validate({
        'name': 'test', 'description': 'test',
        'world': {
            'latitude': 18.44486, 'longitude': 77.45102, 'utc': '2021-04-25T11:31:00Z',
            'pressure': 730.0, 'temperature': 238.0, 'terrain': terrain or {},
            'wind': {'speed': wind, 'azimuth': 335.0, 'turbulence': gusts},
        },
        'vehicles': [{
            'type': 'ingenuity', 'name': 'ingenuity', 'position': (0.0, 0.0), 'azimuth': azimuth,
            'start': 1.0, 'overrides': overrides or {},
            'flight_plan': {'azimuth': azimuth, 'segments': segments},
        }],
    })


def fly(scenario: Scenario, seed: int = 1, most_s: float = 200.0) -> Flight:
    """Fly to the end."""
    simulation = Simulation(scenario, seed)
    rows, modes, changes, warnings = [], [], [], set()
    mode, outcome, before = 'standby', '', None
    while not outcome and simulation.t_ns < most_s * SECOND_NS:
        report = simulation.tick()
        out = report.helicopters['ingenuity']
        for change in out.modes:
            changes.append(change)
            mode = change.mode
        if out.status.warning:
            warnings.add(out.status.warning)
        error = error_of(before or out.truth, out.estimate)    # of the tick's beginning
        before = out.truth
        squared = nees(error, out.estimate.covariance[:9, :9])[0]
        rows.append(np.concatenate([
            [report.t_ns / SECOND_NS], out.truth.p_MB, out.truth.v_MB, [tilt(out.truth.q_MB)],
            out.setpoint.p_ref, out.estimate.p_MB, error, [squared, out.estimate.feature_count]]))
        modes.append(mode)
        outcome = report.outcome
    table = np.array(rows)
    return Flight(
        t=table[:, 0], p=table[:, 1:4], v=table[:, 4:7], tilt=table[:, 7], p_ref=table[:, 8:11],
        p_est=table[:, 11:14], error=table[:, 14:23], nees=table[:, 23], mode=np.array(modes),
        features=table[:, 24].astype(np.int64), changes=tuple(changes), outcome=outcome,
        warnings=frozenset(warnings))

# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""
What a viewer draws of a mission: photo poses, separation, radio links, what was decided last.

Shapes in map coordinates, without ROS; none of this reaches a vehicle or mission control.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from ingenuity_nodes.cameras.model import CameraModel, rte
from ingenuity_nodes.frames import Vector3
from ingenuity_nodes.guidance.flight_plan import FlightPlan, PhotoRequest
from ingenuity_nodes.mission.feasibility import needed_signal_to_noise_db
from ingenuity_nodes.mission.limits import FlightLimits, LIMITS
from ingenuity_nodes.mission.photo_planning import PathSamples, sights, TargetVolume, windows
from ingenuity_nodes.mission.planned_flight import photo_requests, planned_flight
from ingenuity_nodes.mission.planner import volume_of
from ingenuity_nodes.parameters import with_overrides
from ingenuity_nodes.radio.link import signal_to_noise_db
from ingenuity_nodes.radio.parameters import RadioParameters
from ingenuity_nodes.rover.parameters import RoverParameters
from ingenuity_nodes.scenario.goals import Photograph
from ingenuity_nodes.scenario.helicopter_parameters import HelicopterParameters
from ingenuity_nodes.scenario.sections import HelicopterSection, Scenario
from ingenuity_nodes.world.environment import Environment
from ingenuity_nodes.world.terrain import Terrain
import numpy as np
from numpy.typing import NDArray

Colour = tuple[float, float, float, float]
SPHERE, LINES, TEXT = 'sphere', 'lines', 'text'
CANDIDATE: Colour = (1.0, 0.85, 0.45, 0.35)
CHOSEN: Colour = (1.0, 0.80, 0.10, 1.0)
SAFE: Colour = (0.35, 0.80, 1.0, 0.12)
WHITE: Colour = (1.0, 0.97, 0.92, 1.0)
POSE_STEP = 10          # samples between candidate poses: one second
MOST_CANDIDATES = 20    # drawn for each window
OFF_GROUND = 0.3        # [m] above where it rests: a helicopter is in the air
CANDIDATE_DEPTH, CHOSEN_DEPTH = 0.5, 1.5    # [m] from a camera to the frame of its frustum
STRONG_LINK = 20.0      # [dB] margin at which a link is drawn green
ABOVE_ROVER = 4.0       # [m] of the text, over the mast
LINE_LENGTH = 58        # characters; longer decisions are broken
SPOT_STEP = 0.5         # [m] between the points of a path laid on the ground
LIFTED = 0.08           # [m] of that path above the ground, which would hide it


@dataclass(frozen=True)
class Shape:
    """One thing to draw; a newer one of the same layer and number replaces it."""

    layer: str
    number: int
    kind: str                        # SPHERE, LINES: pairs of ends, or TEXT
    points: NDArray[np.float64]      # (n, 3) in M [m]; the centre of a sphere or a text
    size: float                      # diameter, width of lines, height of letters [m]
    colour: Colour
    text: str = ''


@dataclass(frozen=True)
class Seen:
    """Where a vehicle believes to be."""

    p_MB: Vector3
    sigma: float       # standard deviation of the position, largest axis [m]
    airborne: bool = False


class MissionDisplay:
    """
    All that is drawn of the mission of one scenario.

    ``plans`` are those of the helicopters by name, None for one that is not flown.
    """

    def __init__(
        self, scenario: Scenario, environment: Environment,
        plans: Mapping[str, FlightPlan | None],
    ) -> None:
        self._terrain = environment.terrain
        self._radios, self._rest = {}, {}
        poses: list[Shape] = []
        for section in scenario.helicopters:
            parameters = with_overrides(HelicopterParameters(), section.overrides)
            self._radios[section.name] = parameters.radio
            self._rest[section.name] = parameters.guidance.origin_height
            plan = plans.get(section.name)
            poses += photo_poses(scenario, section, plan, environment) if plan else ()
        self.poses = tuple(poses)
        self._antennas = {
            rover.name: np.array([0.0, 0.0, with_overrides(
                RoverParameters(), rover.overrides).antenna_height]) for rover in scenario.rovers}

    def shapes(
        self, where: Mapping[str, tuple[Vector3, float]], phases: Mapping[str, str],
        decision: str,
    ) -> tuple[Shape, ...]:
        """
        Return what changes with time.

        Parameters
        ----------
        where
            Position [m, M] and its standard deviation [m] of vehicles by name.
        phases, decision
            Where each flight stands, and the last line of the mission's log.

        """
        out: list[Shape] = []
        station = next((name for name in self._antennas if name in where), '')
        for name, radio in self._radios.items():
            if name not in where:
                continue
            p_MB, sigma = where[name]
            up = float(p_MB[2]) - self._rest[name] - self._terrain.height(
                float(p_MB[0]), float(p_MB[1]))
            seen = Seen(p_MB, sigma, up > OFF_GROUND)
            out += separation_sphere(name, seen)
            if station:
                out += link(name, seen, where[station][0] + self._antennas[station], radio)
        if station:
            out.append(mission_text(where[station][0], phases, decision))
        return tuple(out)


def photo_poses(
    scenario: Scenario, section: HelicopterSection, plan: FlightPlan, environment: Environment,
) -> tuple[Shape, ...]:
    """Return frusta where the planned flight could take its photos, the chosen one bright."""
    if not plan.photographed:
        return ()
    parameters = with_overrides(HelicopterParameters(), section.overrides)
    flight = planned_flight(plan, section.position, environment.terrain, parameters.guidance)
    path = _thinned(flight.samples, POSE_STEP)
    camera = rte(parameters.computer.rte_mounting_error)
    candidates: list[NDArray[np.float64]] = []
    chosen: list[NDArray[np.float64]] = []
    for request in photo_requests(plan, flight):
        if request.target not in {vehicle.name for vehicle in scenario.vehicles}:
            continue    # a target with a position alone has no size
        target = volume_of(scenario, request.target, environment)
        found = sights(camera, environment.terrain, environment.sun, target, path)
        wish = Photograph(goal='photograph', target=request.target, whole=False)
        for window in windows(found, wish):
            rows = np.flatnonzero((path.t_s >= window.start_s) & (path.t_s <= window.end_s))
            rows = rows[::max(1, len(rows) // MOST_CANDIDATES)]
            candidates += [frustum(camera, path, row, CANDIDATE_DEPTH) for row in rows.tolist()]
        best = chosen_row(camera, target, path, request)
        if best is not None:
            chosen.append(frustum(camera, path, best, CHOSEN_DEPTH))
    layers = (('photo candidates', candidates, 0.02, CANDIDATE), ('photo', chosen, 0.06, CHOSEN))
    return tuple(Shape(f'{section.name} {layer}', 0, LINES, np.concatenate(lines), width, colour)
                 for layer, lines, width, colour in layers if lines)


def chosen_row(
    camera: CameraModel, target: TargetVolume, path: PathSamples, request: PhotoRequest,
) -> int | None:
    """Return the pose in a request's window with the target nearest to the wanted position."""
    wanted = np.array(request.centre) * [camera.width, camera.height]
    best, least = None, np.inf
    for row in np.flatnonzero((path.t_s >= request.after) & (path.t_s <= request.before)).tolist():
        uv = camera.project_world(target.sight_points[-1:], path.p_MB[row], path.q_MB[row])[0]
        away = float(np.linalg.norm(uv - wanted))
        if away < least:    # never for a target that is not in front: its uv are NaN
            best, least = row, away
    return best


def frustum(
    camera: CameraModel, path: PathSamples, row: int, depth: float,
) -> NDArray[np.float64]:
    """Return the edges (16, 3) of the cone that a camera sees, pairs of ends in M [m]."""
    R_MC, p_MC = camera.pose(path.p_MB[row], path.q_MB[row])
    right, low = camera.width - 1.0, camera.height - 1.0
    corners = np.array([[0.0, 0.0], [right, 0.0], [right, low], [0.0, low]])
    rays = camera.unproject(corners)
    ends = p_MC + (depth * rays / rays[:, 2:]) @ R_MC.T
    return np.array([point for k in range(4)
                     for point in (p_MC, ends[k], ends[k], ends[(k + 1) % 4])])


def separation_sphere(
    name: str, seen: Seen, limits: FlightLimits = LIMITS,
) -> tuple[Shape, ...]:
    """Return the room that no other aircraft may enter, the limit and three sigma; in the air."""
    if not seen.airborne:
        return ()
    radius = limits.separation + 3.0 * seen.sigma
    return (Shape(f'{name} separation', 0, SPHERE, np.array([seen.p_MB]), 2.0 * radius, SAFE),)


def link(
    name: str, seen: Seen, station: Vector3, radio: RadioParameters,
    limits: FlightLimits = LIMITS,
) -> tuple[Shape, ...]:
    """Return the line to a base station, green to red by its margin [dB], and the number."""
    distance = float(np.linalg.norm(seen.p_MB - station))
    margin = signal_to_noise_db(radio, distance) - needed_signal_to_noise_db(
        radio, limits.frame_loss)
    good = min(1.0, max(0.0, margin / STRONG_LINK))
    colour = (1.0 - 0.75 * good, 0.2 + 0.65 * good, 0.25, 0.8)
    ends = np.array([station, seen.p_MB])
    return (Shape(f'{name} link', 0, LINES, ends, 0.03, colour),
            Shape(f'{name} link', 1, TEXT, ends.mean(axis=0)[None], 0.5, (*colour[:3], 1.0),
                  f'{margin:.0f} dB'))


def mission_text(
    rover: Vector3, phases: Mapping[str, str], decision: str,
) -> Shape:
    """Return the phase of each flight and the last decision, above a rover."""
    lines = [', '.join(f'{name}: {phase}' for name, phase in phases.items()), *_broken(decision)]
    return Shape('mission', 0, TEXT, (rover + np.array([0.0, 0.0, ABOVE_ROVER]))[None], 0.45,
                 WHITE, '\n'.join(filter(None, lines)))


def laid_on(terrain: Terrain, points: Sequence[tuple[float, float]]) -> NDArray[np.float64]:
    """Lay a line from point to point (east, north) on the ground, shape (m, 3) in M [m]."""
    corners = np.array(points, dtype=np.float64).reshape(-1, 2)
    parts = [np.linspace(a, b, max(1, round(float(np.linalg.norm(b - a)) / SPOT_STEP)),
                         endpoint=False) for a, b in pairwise(corners)]
    flat = np.concatenate([*parts, corners[-1:]])
    up = terrain.heights(np.ascontiguousarray(flat[:, 0]), np.ascontiguousarray(flat[:, 1]))
    return np.column_stack([flat, up + LIFTED])


def _thinned(path: PathSamples, step: int) -> PathSamples:
    return PathSamples(path.t_s[::step], path.p_MB[::step], path.q_MB[::step])


def _broken(text: str) -> list[str]:
    lines = ['']
    for word in text.split():
        if lines[-1] and len(lines[-1]) + 1 + len(word) > LINE_LENGTH:
            lines.append('')
        lines[-1] = f'{lines[-1]} {word}'.strip()
    return lines

# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""
From where and when a camera sees a target: in the frame, sunlit, not hidden by ground, how large.

The target is a box that stands on the ground. Each pose of a path is answered by projection with
the camera's own model; ground between camera and target, or between target and sun, is found by
sampling the straight line (:func:`clearance`). The fraction that is lit is that of the solid angle
of the faces turned to the camera: ``sum(A cos(view) [n . sun > 0]) / sum(A cos(view))``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
import math

import cv2
from ingenuity_nodes.cameras.model import CameraModel
from ingenuity_nodes.frames import (
    azimuth_from_yaw, quaternion_from_rpy, rotation_matrix, Vector3, yaw_from_azimuth)
from ingenuity_nodes.scenario.goals import Photograph
from ingenuity_nodes.world.sun import Sun
from ingenuity_nodes.world.terrain import above_ground, Terrain
import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
ROVER_SIZE = (3.0, 2.7, 2.2)         # [m] length, width, height of Perseverance; NASA
HELICOPTER_SIZE = (1.21, 1.21, 0.49)   # [m] rotor diameter, height of Ingenuity; NASA
RAY_STEP = 0.5                       # [m] assumed: shorter waves of the ground are below 1 cm high
SHADOW_REACH = 300.0                 # [m] assumed: hills farther off stay below a daytime sun
HEADING_STEP = 1                     # [deg] between the headings that are tried
AIM_REACH, AIM_STEP = 80, 2           # [deg] headings tried on either side, and their distance
MOST_PHASE = math.radians(120.0)     # between sun and camera, as seen from the target; assumed:
# beyond it, the target is a silhouette; with the sun overhead it is 90 deg from all sides.
FRONT_PHASE = math.radians(60.0)    # to which the sun is on the visible side; assumed: half of it
_GRID = np.linspace(-0.5, 0.5, 5)    # of the points of each face that are projected


@dataclass(frozen=True)
class TargetVolume:
    """The box of a target: the middle of its base [m, M], azimuth of its nose, its size [m]."""

    name: str
    p_MT: Vector3
    azimuth: float    # [deg]
    size: tuple[float, float, float] = ROVER_SIZE    # length, width, height

    @property
    def R_MT(self) -> Array:
        """Return its attitude, x forward."""
        yaw = yaw_from_azimuth(self.azimuth)
        return rotation_matrix(quaternion_from_rpy(0.0, 0.0, yaw))

    def mapped(self, unit: Array) -> Array:
        """Return where points (n, 3) of the unit cube, -0.5 to 0.5 on each axis, are in M."""
        scaled = (unit + np.array([0.0, 0.0, 0.5])) * np.array(self.size)
        return np.asarray(scaled @ self.R_MT.T + self.p_MT)

    @property
    def surface(self) -> Array:
        """Return points that span its surface, (n, 3) in M."""
        return self.mapped(_SURFACE)

    @property
    def sight_points(self) -> Array:
        """
        Return the points, (9, 3) in M, whose lines of sight count; the last one is its middle.

        They are those of its upper half, as rough ground may cover a lower edge.
        """
        return self.mapped(_SIGHT)


def _surface() -> Array:
    a, b = (axis.ravel() for axis in np.meshgrid(_GRID, _GRID))
    faces = [np.insert(np.stack([a, b], axis=1), axis, side, axis=1)
             for axis in range(3) for side in (-0.5, 0.5)]
    return np.unique(np.concatenate(faces), axis=0)


_SURFACE = _surface()
_SIGHT = np.array([*((x, y, z) for x in (-0.5, 0.5) for y in (-0.5, 0.5) for z in (0.0, 0.5)),
                   (0.0, 0.0, 0.0)])
_FACES = np.concatenate([np.eye(3), -np.eye(3)])    # outward normals


@dataclass(frozen=True)
class PathSamples:
    """A path of the camera's carrier over time."""

    t_s: Array     # (n,) since lift-off [s]
    p_MB: Array    # (n, 3) [m]
    q_MB: Array    # (n, 4)


@dataclass(frozen=True)
class Sights:
    """What each pose of a path would see of a target."""

    t_s: Array             # (n,) [s]
    distance: Array        # (n,) horizontal [m]
    inside: Array          # (n,) fraction of the target's outline inside the frame
    whole: NDArray[np.bool_]    # (n,) all of it inside
    width_px: Array        # (n,) of its outline [px]
    hidden: Array          # (n,) fraction of its sight points behind ground
    lit: Array             # (n,) fraction of the visible surface in sunlight
    sunlit: NDArray[np.bool_]    # (n,) most of it out of the ground's shadow, and not backlit
    phase: Array           # (n,) angle between sun and camera, as seen from the target [rad]

    def meets(self, wish: Photograph) -> NDArray[np.bool_]:
        """Return at which poses an image would be what a goal asks for."""
        in_frame = self.whole if wish.whole else self.inside > 0.0
        return np.asarray(
            in_frame & (self.hidden == 0.0) & self.sunlit & self.in_light(wish.light)
            & (self.distance >= wish.range.at_least) & (self.distance <= wish.range.at_most)
            & (self.width_px >= wish.size))

    def in_light(self, light: str) -> NDArray[np.bool_]:
        """Return at which poses the sun is on the side that a goal wants: front, side or any."""
        front = self.phase <= FRONT_PHASE
        return {'front': front, 'side': ~front}.get(light, np.ones_like(front))


@dataclass(frozen=True)
class Window:
    """A stretch of a path from which an image would be good, and its best instant."""

    start_s: float
    end_s: float
    best_s: float
    width_px: float    # at the best instant
    distance: float    # at the best instant [m]


def clearance(terrain: Terrain, p: Array, q: Array, step: float = RAY_STEP) -> Array:
    """
    Return how far above the ground straight lines run, at least; negative where ground is met.

    Parameters
    ----------
    terrain
        The ground.
    p, q
        Ends of the lines, shape (n, 3) in M [m]; the last ``step`` before either is left out.
    step
        Greatest distance between the points that are looked at [m].

    """
    length = float(np.linalg.norm(q - p, axis=1).max())
    count = max(3, math.ceil(length / step) + 1)
    along = np.linspace(0.0, 1.0, count)[1:-1, None]
    return np.asarray(above_ground(terrain.heights, p, q, along).min(axis=0))


def shadowed(terrain: Terrain, sun: Sun, points: Array) -> NDArray[np.bool_]:
    """Return which points (n, 3) lie in the shadow of the ground, all of them at night."""
    if sun.elevation <= 0.0:
        return np.ones(len(points), dtype=bool)
    return clearance(terrain, points, points + SHADOW_REACH * sun.direction_M) < 0.0


def lit_fraction(target: TargetVolume, sun: Sun, p_MC: Array) -> Array:
    """Return the fraction of the box's surface, as seen from points (n, 3), that faces the sun."""
    normals = _FACES @ target.R_MT.T
    half = np.array(target.size) / 2
    centres = target.mapped(0.5 * _FACES)
    areas = np.array([4.0 * half.prod() / half[k % 3] for k in range(6)])
    toward = p_MC[:, None, :] - centres
    distance = np.linalg.norm(toward, axis=2)
    seen = areas * np.clip((toward * normals).sum(axis=2), 0.0, None) / distance ** 3
    return np.asarray((seen * (normals @ sun.direction_M > 0.0)).sum(axis=1)
                      / np.maximum(seen.sum(axis=1), 1e-12))


def outline_in_frame(
    camera: CameraModel, target: TargetVolume, p_MB: Vector3, q_MB: Array,
) -> tuple[float, bool, float]:
    """Return fraction inside the frame, whether all is inside, and width [px] of a target."""
    uv = camera.project_world(target.surface, p_MB, q_MB)
    seen = uv[~np.isnan(uv[:, 0])]
    if len(seen) < 3:
        return 0.0, False, 0.0
    whole = len(seen) == len(uv) and bool(camera.inside(seen).all())
    width = float(seen[:, 0].max() - seen[:, 0].min())
    if whole:
        return 1.0, True, width
    hull = cv2.convexHull(seen.astype(np.float32))
    right, low = camera.width - 0.5, camera.height - 0.5
    frame = np.array([[-0.5, -0.5], [right, -0.5], [right, low], [-0.5, low]], np.float32)
    common = float(cv2.intersectConvexConvex(hull, frame)[0])
    fraction = common / max(float(cv2.contourArea(hull)), 1e-9) * len(seen) / len(uv)
    return fraction, False, width


def sights(
    camera: CameraModel, terrain: Terrain, sun: Sun, target: TargetVolume, path: PathSamples,
) -> Sights:
    """Return what each pose of a path would see of a target."""
    frames = [outline_in_frame(camera, target, p, q)
              for p, q in zip(path.p_MB, path.q_MB, strict=True)]
    p_MC = np.array([camera.pose(p, q)[1] for p, q in zip(path.p_MB, path.q_MB, strict=True)])
    points = target.sight_points
    hidden = np.mean([clearance(terrain, p_MC, np.broadcast_to(point, p_MC.shape)) < 0.0
                      for point in points], axis=0)
    in_sun = 1.0 - shadowed(terrain, sun, points).mean()
    toward = p_MC - points[-1]
    phase = np.arccos(np.clip(
        toward @ sun.direction_M / np.linalg.norm(toward, axis=1), -1.0, 1.0))
    offset = path.p_MB[:, :2] - target.p_MT[:2]
    return Sights(
        path.t_s, np.hypot(offset[:, 0], offset[:, 1]), np.array([row[0] for row in frames]),
        np.array([row[1] for row in frames]), np.array([row[2] for row in frames]), hidden,
        lit_fraction(target, sun, p_MC) * in_sun, (in_sun > 0.5) & (phase <= MOST_PHASE), phase)


def headings_in_frame(
    camera: CameraModel, target: TargetVolume, p_MB: Vector3, whole: bool = True,
) -> list[tuple[int, int]]:
    """
    Return the azimuths [deg] of a level carrier at which the target is in the frame.

    Each pair is the first and the last of a run of whole degrees; a run through north ends
    beyond 360.
    """
    good = []
    for azimuth in range(0, 360, HEADING_STEP):
        q_MB = quaternion_from_rpy(0.0, 0.0, yaw_from_azimuth(float(azimuth)))
        inside, all_inside, _ = outline_in_frame(camera, target, p_MB, q_MB)
        good.append(all_inside if whole else inside > 0.0)
    runs = [(first * HEADING_STEP, last * HEADING_STEP) for first, last in _runs(good)]
    if len(runs) > 1 and runs[0][0] == 0 and runs[-1][1] == 360 - HEADING_STEP:
        runs = [*runs[1:-1], (runs[-1][0], runs[0][1] + 360)]
    return runs


def windows(found: Sights, wish: Photograph) -> list[Window]:
    """Return the stretches of a path from which an image meets a goal, in the order of time."""
    out = []
    for first, last in _runs(found.meets(wish).tolist()):
        score = (found.width_px * found.inside * (1.0 + found.lit))[first:last + 1]
        best = first + int(np.argmax(score))
        out.append(Window(float(found.t_s[first]), float(found.t_s[last]),
                          float(found.t_s[best]), float(found.width_px[best]),
                          float(found.distance[best])))
    return out


def best_shot(found: Sights, wish: Photograph) -> Window | None:
    """Return the window with the largest image of the target, None when there is no window."""
    return max(windows(found, wish), key=lambda window: window.width_px, default=None)


@dataclass(frozen=True)
class Aim:
    """The heading of a level carrier that brings a target best into the frame."""

    azimuth: float                   # [deg]
    centre: tuple[float, float]      # of the target in the frame, 0..1 right and down
    margin: float                    # from its outline to the frame's edge, negative if cut [px]


def aim_at(camera: CameraModel, target: TargetVolume, p_MB: Vector3) -> Aim | None:
    """
    Find the heading with the most room around a target in the frame, None if it is in none.

    A camera that looks down sees far targets in the corners of its frame only, so the heading is
    not that of :func:`facing`.
    """
    best: Aim | None = None
    middle = facing(camera, target, p_MB)
    frame = np.array([camera.width, camera.height], dtype=np.float64)
    for off in range(-AIM_REACH, AIM_REACH + 1, AIM_STEP):
        azimuth = round(middle + off, 1) % 360.0    # no last digits that depend on the processor
        q_MB = quaternion_from_rpy(0.0, 0.0, yaw_from_azimuth(azimuth))
        uv = camera.project_world(target.surface, p_MB, q_MB)
        if np.isnan(uv).any():
            continue
        low, high = uv.min(axis=0), uv.max(axis=0)
        margin = float(min((low + 0.5).min(), (frame - 0.5 - high).min()))
        if best is None or margin > best.margin:
            u, v = np.round(0.5 * (low + high) / frame, 4).tolist()
            best = Aim(azimuth, (u, v), margin)
    return best


def facing(camera: CameraModel, target: TargetVolume, p_MB: Vector3) -> float:
    """Return the azimuth [deg] of a carrier whose camera points at a target."""
    axis = rotation_matrix(camera.q_BC)[:, 2]
    east, north = target.p_MT[:2] - p_MB[:2]
    return azimuth_from_yaw(math.atan2(north, east) - math.atan2(axis[1], axis[0]))


def _runs(good: Sequence[bool]) -> list[tuple[int, int]]:
    """Return first and last index of each run of true values."""
    edges = np.flatnonzero(np.diff(np.concatenate([[0], np.asarray(good, dtype=np.int8), [0]])))
    return [(int(a), int(b) - 1) for a, b in edges.reshape(-1, 2)]

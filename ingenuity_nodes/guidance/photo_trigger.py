# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""
When to open the colour camera's shutter: the best instant of a window that cannot be known ahead.

Gusts make the aircraft oscillate, and the target moves through the frame. The flight computer
predicts from its own estimate where the target would fall, gives each instant a cost, and exposes
as soon as the cost is below an accepted one, which rises as the window closes. It is
the threshold rule of optimal stopping (J. Gilbert and F. Mosteller, "Recognizing the maximum
of a sequence", JASA 61, 1966, section 5: the full-information problem).
"""

from __future__ import annotations

from dataclasses import dataclass
import math

from ingenuity_nodes.cameras.model import CameraModel, rte
from ingenuity_nodes.frames import (
    quaternion_from_rpy, QuatWxyz, rotation_matrix, Vector3, yaw_from_azimuth)
from ingenuity_nodes.guidance.flight_plan import (
    FlightPlan, Lean, PhotoRequest, TakePhoto, Target)
from ingenuity_nodes.guidance.mode import Mode
from ingenuity_nodes.signals import Estimate, Retarget, Setpoint
from ingenuity_nodes.timing import SECOND_NS, TICK
import numpy as np
from numpy.typing import NDArray

TARGET_SIZE = (3.0, 2.7, 2.2)     # [m] length, width, height of the rover; NASA
FIRST_COST, LAST_COST = 0.7, 3.0  # accepted at the start and the end of the window; assumed
TOLERANCE = 0.03                  # miss of the centre that costs 1, in frame widths; assumed
HIDDEN_COST = 10.0                # cost of a target wholly outside of the frame; assumed
RATE_COST = 2.0                   # per rad/s of turning: the shutter rolls; assumed
FACING = math.radians(2.0)        # left of a turn to a target; assumed: a thirtieth of a frame
RESERVE = 0.1                     # [s] before a limit; assumed: more than one prediction period


@dataclass(frozen=True)
class Prediction:
    """What an image taken now would show of its target."""

    cost: float
    distance: float     # horizontal [m]
    visible: float      # fraction of the target's box inside the frame, 0..1


def target_corners(target: Target) -> NDArray[np.float64]:
    """Return the corners (8, 3) in M of the box around a target that stands on its position."""
    length, width, height = TARGET_SIZE
    yaw = yaw_from_azimuth(target.azimuth)
    c, s = math.cos(yaw), math.sin(yaw)
    corners = [
        (c * x - s * y, s * x + c * y, z)
        for x in (-length / 2, length / 2) for y in (-width / 2, width / 2) for z in (0.0, height)]
    return np.asarray(np.array(target.position) + np.array(corners))


def predict(
    camera: CameraModel, request: PhotoRequest, target: Target, corners: NDArray[np.float64],
    estimate: Estimate,
) -> Prediction:
    """Predict where the target falls in an image taken at the estimated pose."""
    offset = np.array(target.position[:2]) - estimate.p_MB[:2]
    distance = float(math.hypot(offset[0], offset[1]))
    box = _box(camera, corners, estimate.p_MB, estimate.q_MB)
    if box is None:
        return Prediction(math.inf, distance, 0.0)
    low, high = box
    frame = np.array([camera.width, camera.height], dtype=np.float64)
    inside = np.clip(np.minimum(high, frame) - np.maximum(low, 0.0), 0.0, None)
    visible = float(inside.prod() / max(1e-9, float((high - low).prod())))
    miss = 0.5 * (low + high) - np.array(request.centre) * frame
    turning = float(np.linalg.norm(estimate.w_MB_B))
    cost = (float(np.linalg.norm(miss)) / (TOLERANCE * camera.width)
            + HIDDEN_COST * (1.0 - visible) + RATE_COST * turning)
    return Prediction(cost, distance, visible)


def yaw_towards(target: Target, p_M: Vector3) -> float:
    """Return the yaw at which the colour camera at a position points at a target [rad]."""
    axis = rotation_matrix(rte().q_BC)[:, 2]
    east, north = np.array(target.position[:2]) - p_M[:2]
    return math.atan2(north, east) - math.atan2(axis[1], axis[0])


def retargeted(segment: TakePhoto | Lean, name: str) -> TakePhoto:
    """Return the segment that photographs another target; by leaning only the former one."""
    return TakePhoto(segment='photo', target=name, duration=segment.duration) if isinstance(
        segment, Lean) else segment.model_copy(update={'target': name})


def _begins(setpoint: Setpoint, segment: TakePhoto | Lean, target: Target) -> bool:
    """Return whether the window of a photo opens: as it leans, or when the turn is done."""
    if setpoint.mode != Mode.PHOTO.value:
        return False
    if isinstance(segment, Lean):
        return True
    if setpoint.yaw_rate_ref != 0.0:
        return False
    left = setpoint.yaw_ref - yaw_towards(target, setpoint.p_ref)
    return abs(math.remainder(left, 2.0 * math.pi)) < FACING


def _box(
    camera: CameraModel, corners: NDArray[np.float64], p_MB: Vector3, q_MB: QuatWxyz,
) -> tuple[NDArray[np.float64], NDArray[np.float64]] | None:
    """Find the box in an image around all corners, None where one is behind the camera."""
    uv = camera.project_world(corners, p_MB, q_MB)
    return (uv.min(axis=0), uv.max(axis=0)) if np.isfinite(uv).all() else None


class PhotoTrigger:
    """Decides on the photos that one plan requests."""

    def __init__(self, camera: CameraModel) -> None:
        self._camera = camera
        self._open: list[_Window] = []
        self._segments: list[tuple[TakePhoto | Lean, Target]] = []    # segments to come

    def load(self, plan: FlightPlan) -> None:
        """
        Take over the requests of a plan.

        Raises
        ------
        KeyError
            A request names a target that the plan does not describe.

        """
        self._open = [_Window(photo, plan.target(photo.target)) for photo in plan.photos]
        self._segments = [(segment, plan.target(segment.target)) for segment in plan.segments
                          if isinstance(segment, TakePhoto | Lean)]

    def retarget(self, change: Retarget) -> str:
        """Take another target for the first photo of a target to come; return why not, ''."""
        target = Target(name=change.target, position=change.position, azimuth=change.azimuth)
        for k, window in enumerate(self._open):
            if window.request.target == change.photo:
                after, before = change.window or (window.request.after, window.request.before)
                self._open[k] = _Window(window.request.model_copy(update={
                    'target': target.name, 'after': after, 'before': before,
                    'centre': (0.5, 0.5), 'minimum_distance': 0.0}), target)
                return ''
        for k, (segment, _) in enumerate(self._segments):
            if segment.target == change.photo:
                self._segments[k] = retargeted(segment, target.name), target
                return ''
        left = (*(window.request.target for window in self._open),
                *(segment.target for segment, _ in self._segments))
        return (f'found no photo of {change.photo[:40]} to come, allowed: '
                f'{", ".join(dict.fromkeys(left)) or "none, as all are taken"}')

    def step(self, estimate: Estimate, setpoint: Setpoint, lift_off_ns: int | None) -> bool:
        """Return whether to open the shutter; call it once per tick."""
        if lift_off_ns is None:
            return False
        since = (estimate.t_ns - lift_off_ns) / SECOND_NS
        if self._segments and _begins(setpoint, *self._segments[0]):
            segment, target = self._segments.pop(0)
            centre, least = (segment.centre, segment.minimum_distance) if isinstance(
                segment, Lean) else (
                self._level_centre(target, estimate.p_MB, setpoint.yaw_ref), 0.0)
            self._open.append(_Window(PhotoRequest(
                target=segment.target, after=since, before=since + segment.duration,
                centre=centre, minimum_distance=least), target))
        for window in self._open:
            if window.now(since, estimate, self._camera):
                self._open.remove(window)
                return True
        return False

    def _level_centre(self, target: Target, p_MB: Vector3, yaw: float) -> tuple[float, float]:
        """Return where in the frame, 0..1, a level aircraft would see a target."""
        box = _box(self._camera, target_corners(target), p_MB, quaternion_from_rpy(0.0, 0.0, yaw))
        if box is None:
            return 0.5, 0.5
        centre = 0.5 * (box[0] + box[1]) / (self._camera.width, self._camera.height)
        u, v = np.clip(centre, 0.0, 1.0).tolist()
        return u, v


class _Window:
    """One photo request and what was predicted for it so far."""

    def __init__(self, request: PhotoRequest, target: Target) -> None:
        self.request, self._target = request, target
        self._corners = target_corners(target)
        self._distance: float | None = None

    def now(self, since: float, estimate: Estimate, camera: CameraModel) -> bool:
        """Decide at a time since lift-off [s]."""
        request = self.request
        if since < request.after:
            return False
        left = request.before - since
        last_chance = left < RESERVE
        found = predict(camera, request, self._target, self._corners, estimate)
        approach = 0.0 if self._distance is None else (self._distance - found.distance) / TICK
        self._distance = found.distance
        if found.distance < request.minimum_distance:
            return last_chance
        if approach > 0.0:
            # Flying towards the target closes the window too.
            left = min(left, (found.distance - request.minimum_distance) / approach)
        elapsed = 1.0 - max(0.0, left - RESERVE) / (request.before - request.after)
        accepted = FIRST_COST + (LAST_COST - FIRST_COST) * elapsed ** 3
        return last_chance or left < RESERVE or found.cost < accepted

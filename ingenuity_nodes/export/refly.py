# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""
Tracker and filter once more over a recorded flight, open loop, and how far both were from truth.

With the filter that flew and the features that it was handed, the same estimate comes out to the
last bit. With the images, features are tracked again and delivered as late as in flight; what
faults did to images on their way is not repeated.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass

from ingenuity_nodes.export.flight_record import Column, FlightRecord, Motion
from ingenuity_nodes.frames import rotation_matrix
from ingenuity_nodes.health.image_stamps import ImageStamps
from ingenuity_nodes.navigation.feature_tracker import FeatureTracker
from ingenuity_nodes.navigation.inputs import inputs_of, NavigationInput, run_again
from ingenuity_nodes.signals import Estimate, FeatureFrame
from ingenuity_nodes.stages import Navigation, stage_class
from ingenuity_nodes.timing import SECOND_NS, STEP_NS
import numpy as np

RECORDED, IMAGES = 'recorded', 'images'


@dataclass(frozen=True)
class Errors:
    """How far estimates were from the truth at the same instants."""

    t_s: Column           # (n,) since power-on
    position: Column      # (n, 3) estimated less true, in M [m]
    attitude: Column      # (n,) angle between estimated and true attitude [rad]

    @property
    def distance(self) -> Column:
        """Return the distance to the truth (n,) [m]."""
        return np.asarray(np.linalg.norm(self.position, axis=1))

    def figures(self) -> dict[str, float]:
        """Return what a table shows of them."""
        return {'position_rms_m': _rms(self.distance),
                'position_max_m': float(self.distance.max()),
                'position_end_m': float(self.distance[-1]),
                'height_rms_m': _rms(self.position[:, 2]),
                'attitude_rms_mrad': 1e3 * _rms(self.attitude)}


@dataclass(frozen=True)
class Reflight:
    """What came out."""

    navigation: str      # class that ran, as module:Class
    features: str        # RECORDED or IMAGES
    frames: int          # images or recorded frames that it was handed
    estimate: Motion     # at the instants of the recorded estimates
    before: Errors       # of the estimate that was flown
    after: Errors

    def difference(self, recorded: Motion) -> float:
        """Return the largest distance between both estimates [m]."""
        both = recorded.at(self.estimate.t_ns)
        return float(np.linalg.norm(self.estimate.p_MB - both.p_MB, axis=1).max(initial=0.0))


def refly(record: FlightRecord, navigation: str = '', features: str = RECORDED) -> Reflight:
    """
    Run a filter over a flight.

    Parameters
    ----------
    record
        The flight.
    navigation
        ``module:Class``; '' takes what flew.
    features
        ``RECORDED`` or ``IMAGES``.

    Raises
    ------
    ParameterError
        There is no such class, it lacks a method, or it may not run here.

    """
    p = record.parameters
    name = navigation or p.stages.navigation
    stage: Navigation = stage_class('navigation', name)(
        p.navigation, record.camera, p.imu, p.altimeter)
    inputs = inputs_of(record.rows, record.features)
    if features == IMAGES:
        inputs = _with_tracks(record, inputs)
    wanted = set(record.estimate.t_ns.tolist())
    kept: list[Estimate] = []
    frames = 0

    def counted() -> Iterator[NavigationInput]:
        nonlocal frames
        for one in inputs:
            frames += one.features is not None
            yield one

    for estimate in run_again(stage, record.start, counted()):
        if estimate.t_ns in wanted:
            kept.append(estimate)
    motion = Motion.of(kept)
    return Reflight(name, features, frames, motion, errors_of(record.estimate, record.truth),
                    errors_of(motion, record.truth))


def errors_of(estimate: Motion, truth: Motion) -> Errors:
    """Compare an estimate with the truth at the instants of both."""
    at = truth.at(estimate.t_ns)
    mine = estimate.at(at.t_ns)
    turned = np.array([np.trace(rotation_matrix(a).T @ rotation_matrix(b))
                       for a, b in zip(mine.q_MB, at.q_MB, strict=True)])
    # Of small angles the cosine says nothing; the sine of half the angle does.
    angle = 2.0 * np.arcsin(np.sqrt(np.clip((3.0 - turned) / 4.0, 0.0, 1.0)))
    return Errors(at.t_ns / SECOND_NS, mine.p_MB - at.p_MB, angle)


def _with_tracks(
    record: FlightRecord, inputs: Iterator[NavigationInput],
) -> Iterator[NavigationInput]:
    """Replace the features by those of a tracker that sees the recorded images."""
    computer = record.parameters.computer
    latency_ns = round(computer.feature_latency * SECOND_NS)
    tracks = _tracks(record)
    stamps = ImageStamps(record.parameters.image_stamps, computer.software)
    triggers = deque(one.t_ns for one in record.exposures)
    waiting = next(tracks, None)
    for one in inputs:
        t_ns, frame = one.imu.t_ns + STEP_NS, None    # the instant that the step leads to
        while triggers and triggers[0] < t_ns:
            stamps.trigger(triggers.popleft())
        if waiting is not None and waiting.t_ns + latency_ns <= t_ns:
            frame, waiting = stamps.associate(waiting), next(tracks, None)
        yield one._replace(features=frame)


def _tracks(record: FlightRecord) -> Iterator[FeatureFrame]:
    tracker = FeatureTracker(camera=record.camera)
    for shot in record.shots():
        yield tracker.track(shot.exposure.t_ns, shot.grey)


def _rms(values: Column) -> float:
    return float(np.sqrt(np.mean(values ** 2)))

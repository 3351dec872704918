# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""A flight read from a bag: ours, or one of ``ros2 bag record -a``."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ingenuity_nodes.cameras.model import navcam
from ingenuity_nodes.export.flight_record import FlightRecord, Motion, Shot
from ingenuity_nodes.navigation.inputs import PowerOn, Rows, WIDTH
from ingenuity_nodes.parameters import with_overrides
from ingenuity_nodes.recording.bag.images import grey_image, NAVIGATION
from ingenuity_nodes.recording.bag.motions import motion_of, time_of
from ingenuity_nodes.recording.bag.reader import decode, messages, topics
from ingenuity_nodes.recording.errors import of_a_stranger, RecordingError
from ingenuity_nodes.scenario.helicopter_parameters import HelicopterParameters
from ingenuity_nodes.scenario.sections import Scenario
from ingenuity_nodes.signals import Exposure, FeatureFrame, InclinometerSample
import numpy as np

START, INPUTS, FEATURES = 'navigation/start', 'navigation/inputs', 'navigation/features'
TRUTH, ESTIMATE, EXPOSURE = 'ground_truth/odometry', 'odometry', 'navcam/exposure'
_POINT = np.dtype([('u', '<f8'), ('v', '<f8'), ('id', '<i4'), ('age', '<i4')])


def read_flight(
    bag: Path, vehicle: str = '', scenario: Scenario | None = None, seed: int | None = None,
) -> FlightRecord:
    """
    Read one helicopter's flight; images are read when they are asked for.

    Parameters
    ----------
    bag
        Folder or file.
    vehicle
        Name of a helicopter; '' takes the first by name.
    scenario, seed
        What was flown, if that is known: parameters, sun and ground.

    Raises
    ------
    RecordingError
        There is no bag, no such helicopter, or nothing of what navigation was handed.

    """
    present = {one.topic for one in topics(bag)}
    names = sorted(topic[1:-len(INPUTS) - 1] for topic in present if topic.endswith(f'/{INPUTS}'))
    if not names:
        raise RecordingError(f'{bag}: no topic .../{INPUTS} there; it is recorded since '
                             'helicopters publish it: fly again')
    name = vehicle or names[0]
    if name not in names:
        raise RecordingError(f"{bag}: found helicopter '{name}', allowed: {', '.join(names)}")
    found: dict[str, list[Any]] = {kind: [] for kind in (
        START, INPUTS, FEATURES, TRUTH, ESTIMATE, EXPOSURE)}
    for message in messages(bag, [f'/{name}/{kind}' for kind in found]):
        with of_a_stranger(f'{bag}: damaged: {message.topic}'):
            found[message.topic[len(name) + 2:]].append(decode(message))
    if not found[START] or not found[TRUTH]:
        raise RecordingError(f'{bag}: no {START} or no {TRUTH} of {name} there, so that nothing '
                             'can run again')
    known = scenario is not None and name in {one.name for one in scenario.helicopters}
    parameters = with_overrides(HelicopterParameters(), scenario.vehicle(name).overrides
                                if scenario is not None and known else {})
    with of_a_stranger(f'{bag}: damaged: {name}'):
        return _flight(bag, name, scenario if known else None, seed, parameters, found)


def _flight(
    bag: Path, name: str, scenario: Scenario | None, seed: int | None,
    parameters: HelicopterParameters, found: dict[str, list[Any]],
) -> FlightRecord:
    truth, estimate, exposures = (_instants(bag, found[kind]) for kind in (
        TRUTH, ESTIMATE, EXPOSURE))
    return FlightRecord(
        name, str(bag), scenario, seed, parameters, navcam(),
        _start(found[START][0]), _rows(bag, found[INPUTS]),
        {frame.t_ns: frame for frame in map(_features, found[FEATURES])},
        Motion.of(truth), Motion.of(estimate), exposures,
        lambda: _shots(bag, name, {one.t_ns: one for one in exposures}))


def _shots(bag: Path, name: str, exposures: dict[int, Exposure]) -> Iterator[Shot]:
    for message in messages(bag, [f'/{name}/{NAVIGATION}']):
        image: Any = decode(message)
        exposure = exposures.pop(time_of(image), None)
        if exposure is not None:
            yield Shot(exposure, grey_image(image))


def _instants(bag: Path, found: list[Any]) -> tuple[Exposure, ...]:
    try:
        return tuple(motion_of(one, 'navcam') for one in found)
    except ValueError as error:
        raise RecordingError(f'{bag}: a motion of the vehicle: {error}') from error


def _features(message: Any) -> FeatureFrame:
    rows = np.frombuffer(np.asarray(message.data, dtype=np.uint8).tobytes(), _POINT)
    return FeatureFrame(time_of(message), rows['id'].astype(np.int64),
                        np.stack([rows['u'], rows['v']], axis=1), rows['age'].astype(np.int64))


def _start(message: Any) -> PowerOn:
    t_ns, roll, pitch, yaw, *p_MB = (float(value) for value in message.data)
    return PowerOn(int(t_ns), InclinometerSample(int(t_ns), roll, pitch), yaw, np.array(p_MB))


def _rows(bag: Path, found: list[Any]) -> Rows:
    data = [np.asarray(one.data, dtype=np.float64) for one in found]
    if any(one.size % WIDTH for one in data):
        raise RecordingError(f'{bag}: {INPUTS} has rows of another width than {WIDTH}: it is of '
                             'another version')
    rows = np.concatenate(data).reshape(-1, WIDTH)
    steps = np.diff(rows[:, 0])
    if (steps <= 0).any() or (steps != steps[:1]).any():
        raise RecordingError(f'{bag}: {INPUTS} has gaps, so that nothing can run again')
    return rows

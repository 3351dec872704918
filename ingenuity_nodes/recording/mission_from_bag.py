# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""The record of a mission from a bag, for runs whose log has none: older ones, or of others."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
import re
from typing import Any

from ingenuity_nodes.recording.bag.motions import time_of
from ingenuity_nodes.recording.bag.reader import BagMessage, decode, messages, topics
from ingenuity_nodes.recording.errors import of_a_stranger
from ingenuity_nodes.recording.mission_record import Decision, MissionRecord, RoverLog, SentPath
from ingenuity_nodes.signals import HazardMap
from ingenuity_nodes.timing import SECOND_NS
import numpy as np
from numpy.typing import NDArray

LOG, HAZARDS, HEIGHTS = '/mission/log', '/map/hazards', '/map/heights'
DRIVE = re.compile(r'/(\w+)/drive_state')    # only rovers publish it
TRUTH, PATH = 'ground_truth/odometry', 'path'
TYPES_OF = {LOG: 'std_msgs/msg/String', HAZARDS: 'nav_msgs/msg/OccupancyGrid',
            HEIGHTS: 'sensor_msgs/msg/PointCloud2'}
OF_ROVERS = {TRUTH: 'nav_msgs/msg/Odometry', PATH: 'nav_msgs/msg/Path'}
_LINE = re.compile(r'(\d+(?:\.\d+)?) s: (.*)', re.DOTALL)
_POINT = np.dtype([('x', '<f4'), ('y', '<f4'), ('z', '<f4'), ('rgb', '<u4'), ('sigma', '<f4')])


def mission_of_bag(folder: Path, prefix: str = '', since_ns: int = 0) -> MissionRecord:
    """
    Read decisions, paths, drives and the newest map.

    Parameters
    ----------
    folder
        Of the bag.
    prefix
        Namespace of the run in the bag, as ``/mars``.
    since_ns
        Time in the bag before which nothing counts.

    Raises
    ------
    RecordingError
        There is no bag in the folder, or it is damaged.

    """
    found = {one.topic: one.type_name for one in topics(folder)}
    rovers = [match[1] for topic in found if topic.startswith(f'{prefix}/')
              and (match := DRIVE.fullmatch(topic[len(prefix):]))]
    types = dict(TYPES_OF) | {f'/{name}/{topic}': kind for name in rovers
                              for topic, kind in OF_ROVERS.items()}
    wanted = {f'{prefix}{topic}' for topic, kind in types.items()
              if found.get(f'{prefix}{topic}') == kind}
    with of_a_stranger(f'{folder}: damaged'):
        return _record(messages(folder, wanted) if wanted else (), rovers, len(prefix), since_ns)


def _record(
    found: Iterable[BagMessage], rovers: Sequence[str], below: int, since_ns: int,
) -> MissionRecord:
    """Read the messages of a mission; names of topics within the run begin at ``below``."""
    record, now_ns = MissionRecord(), 0
    grid: Any = None
    cloud: Any = None
    driven: dict[str, list[tuple[int, NDArray[np.float64]]]] = {name: [] for name in rovers}
    sent: dict[str, list[SentPath]] = {name: [] for name in rovers}
    for message in found:
        if message.t_ns < since_ns:
            continue
        value: Any = decode(message)
        within = message.topic[below:]
        name, _, topic = within[1:].partition('/')
        if within == LOG:
            record.decisions += _decisions(value.data)
        elif within == HAZARDS:
            grid = value
        elif within == HEIGHTS:
            cloud = value
        elif topic == PATH:
            sent[name].append(SentPath(now_ns, tuple(
                (float(pose.pose.position.x), float(pose.pose.position.y))
                for pose in value.poses)))
        else:
            p, now_ns = value.pose.pose.position, time_of(value)
            _append(driven[name], now_ns, np.array([p.x, p.y, p.z]))
    for name in rovers:
        if driven[name]:
            record.rovers[name] = _rover(name, driven[name], sent[name])
    if grid is not None:
        record.hazard_map = _map(grid, cloud)
    return record


def _decisions(line: str) -> list[Decision]:
    match = _LINE.fullmatch(line)
    return [Decision(round(float(match[1]) * SECOND_NS), match[2])] if match else []


def _append(
    poses: list[tuple[int, NDArray[np.float64]]], t_ns: int, p_MB: NDArray[np.float64],
) -> None:
    """Keep where it is if it has moved."""
    if not poses or not np.array_equal(poses[-1][1], p_MB):
        poses.append((t_ns, p_MB))


def _rover(
    name: str, driven: list[tuple[int, NDArray[np.float64]]], sent: list[SentPath],
) -> RoverLog:
    start = float(driven[0][1][0]), float(driven[0][1][1])
    goal = next((path.points[-1] for path in reversed(sent) if path.points), None)
    return RoverLog(name, start, goal, sent, np.array([t_ns for t_ns, _ in driven], np.int64),
                    np.array([p_MB for _, p_MB in driven]))


def _map(grid: Any, cloud: Any) -> HazardMap:
    """Put together a map of its hazards and, where they are of the same time, its heights."""
    info = grid.info
    west, south = float(info.origin.position.x), float(info.origin.position.y)
    cell, shape = float(info.resolution), (int(info.height), int(info.width))
    stamp = grid.header.stamp
    if not cell > 0.0 or len(grid.data) != shape[0] * shape[1]:
        raise ValueError(f'{HAZARDS}: found {len(grid.data)} cells of {cell:g} m, allowed: '
                         f'{shape[0]} x {shape[1]}')
    height, sigma = (np.full(shape, np.nan, np.float32) for _ in range(2))
    if cloud is not None and cloud.header.stamp == stamp:
        points = np.frombuffer(cloud.data.tobytes(), _POINT)
        at = (np.floor((points['y'] - south) / cell), np.floor((points['x'] - west) / cell))
        if not all(((0 <= k) & (k < n)).all() for k, n in zip(at, shape, strict=True)):
            raise ValueError(f'{HEIGHTS}: found points outside {HAZARDS}')
        rows, columns = (k.astype(int) for k in at)
        height[rows, columns], sigma[rows, columns] = points['z'], points['sigma']
    hazard = np.asarray(grid.data, np.int8).astype(np.uint8).reshape(shape)    # -1 is 255
    return HazardMap(stamp.sec * SECOND_NS + stamp.nanosec, west, south, cell, height, sigma,
                     hazard)

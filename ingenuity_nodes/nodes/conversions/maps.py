# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""The map from the air: without loss for participants, as a grid and as points for people."""

from __future__ import annotations

import array
import struct

from ingenuity_nodes import frames
from ingenuity_nodes.nodes.conversions.geometry import check_within, FARTHEST, header
from ingenuity_nodes.nodes.conversions.images import points_message
from ingenuity_nodes.signals import FREE, HAZARD, HazardMap, UNKNOWN
from nav_msgs.msg import MapMetaData, OccupancyGrid
import numpy as np
from numpy.typing import NDArray
from sensor_msgs.msg import PointCloud2
from std_msgs.msg import UInt8MultiArray

_HEAD = struct.Struct('<qdddII')    # t_ns, west, south, cell, rows, columns
_CELL = np.dtype('<f4').itemsize * 2 + 1
LARGEST_MAP = 4_000_000             # cells
_POINT = np.dtype([('x', '<f4'), ('y', '<f4'), ('z', '<f4'), ('rgb', '<u4'), ('sigma', '<f4')])
_LOWEST, _HIGHEST = (40, 60, 160), (250, 230, 120)    # colours of the ends of the heights
_RED = 230 << 16 | 50 << 8 | 40                       # of a hazard


def map_message(value: HazardMap) -> UInt8MultiArray:
    """Write a map without loss."""
    rows, columns = value.height.shape
    head = _HEAD.pack(value.t_ns, value.west, value.south, value.cell, rows, columns)
    body = b''.join(part.tobytes() for part in (
        value.height.astype('<f4'), value.sigma.astype('<f4'), value.hazard))
    message = UInt8MultiArray()
    message.data = array.array('B', head + body)
    return message


def map_from(message: UInt8MultiArray) -> HazardMap:
    """
    Read what :func:`map_message` wrote.

    Raises
    ------
    ValueError
        Too few or too many bytes, cells of no size, or a class of cells that there is not.

    """
    data = bytes(message.data)
    if len(data) < _HEAD.size:
        raise ValueError(f'found {len(data)} bytes, allowed: {_HEAD.size} and the cells')
    t_ns, west, south, cell, rows, columns = _HEAD.unpack_from(data)
    count = rows * columns
    if count > LARGEST_MAP or len(data) != _HEAD.size + count * _CELL:
        raise ValueError(f'found {len(data)} bytes for {columns} x {rows} cells, '
                         f'allowed: {_HEAD.size} and {_CELL} for each of up to {LARGEST_MAP}')
    check_within('west, south, cell', FARTHEST, (west, south, cell))
    if not cell > 0.0:
        raise ValueError(f'found cells of {cell:g} m, allowed: larger ones than 0')
    numbers = np.frombuffer(data, '<f4', 2 * count, _HEAD.size).astype(np.float32)
    if (np.abs(numbers) > FARTHEST).any():
        raise ValueError(f'found a height of {numbers[np.abs(numbers) > FARTHEST][0]:g} m, '
                         f'allowed: up to {FARTHEST:g}, NaN where none is known')
    height, sigma = numbers.reshape(2, rows, columns)
    hazard = np.frombuffer(data, np.uint8, count, _HEAD.size + 8 * count)
    if not np.isin(hazard, (FREE, HAZARD, UNKNOWN)).all():
        raise ValueError(f'found cells of class {set(hazard.tolist())}, '
                         f'allowed: {FREE}, {HAZARD}, {UNKNOWN}')
    return HazardMap(t_ns, west, south, cell, height, sigma, hazard.reshape(rows, columns))


def occupancy_message(value: HazardMap) -> OccupancyGrid:
    """Write the hazards: 0 free, 100 hazard, -1 unknown."""
    rows, columns = value.hazard.shape
    message = OccupancyGrid(header=header(value.t_ns, frames.MAP), info=MapMetaData(
        resolution=value.cell, width=columns, height=rows))
    message.info.origin.position.x = value.west
    message.info.origin.position.y = value.south
    message.info.origin.orientation.w = 1.0
    message.data = array.array('b', value.hazard.view(np.int8).tobytes())    # 255 is -1
    return message


def heights_message(value: HazardMap) -> PointCloud2:
    """Write the known cells as points x, y, z, coloured by height, hazards red, with sigma."""
    row, column = np.nonzero(np.isfinite(value.height))
    points = np.empty(len(row), _POINT)
    points['x'] = value.west + (column + 0.5) * value.cell
    points['y'] = value.south + (row + 0.5) * value.cell
    points['z'], points['sigma'] = value.height[row, column], value.sigma[row, column]
    points['rgb'] = np.where(value.hazard[row, column] == HAZARD, _RED, _colours(points['z']))
    return points_message(value.t_ns, frames.MAP, points)


def _colours(z: NDArray[np.float32]) -> NDArray[np.uint32]:
    """Return colours 0xRRGGBB between those of the lowest and the highest point."""
    low, high = (float(z.min()), float(z.max())) if z.size else (0.0, 1.0)
    u = (z - low) / max(high - low, 1e-6)
    colour = np.zeros(z.shape, np.uint32)
    for a, b in zip(_LOWEST, _HIGHEST, strict=True):
        colour = colour << np.uint32(8) | (a + u * (b - a)).astype(np.uint32)
    return colour

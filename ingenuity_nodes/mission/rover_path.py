# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""
The cheapest path of a rover over a hazard map.

Cells are nodes of a graph with steps to 16 neighbours (king's and knight's moves), which is solved
by Dijkstra's algorithm as in SciPy (``scipy.sparse.csgraph``); a step costs its length times the
mean cost of its two cells. Hazards are grown by the rover's half width
(``scipy.ndimage.distance_transform_edt``). Then each waypoint is left out that a straight line
which costs no more can replace, which takes away what the grid adds to the length.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
import math

from ingenuity_nodes.parameters import quantity
from ingenuity_nodes.signals import HAZARD, HazardMap, UNKNOWN
import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import distance_transform_edt
from scipy.sparse import coo_array
from scipy.sparse.csgraph import dijkstra

Array = NDArray[np.float64]
Point = tuple[float, float]    # east, north [m]
MOVES = ((0, 1), (1, 0), (1, 1), (1, -1), (1, 2), (2, 1), (1, -2), (2, -1))    # and their inverse
ALONG = 0.25          # of a cell, between the points at which a straight line is looked at
SAME_COST = 1e-3      # relative; a straight line may cost as much more as rounding adds


@dataclass(frozen=True)
class RoverPathParameters:
    """What the path of a rover may go over."""

    half_width: float = quantity(
        2.2, 'm', 'kept free of hazards all round', low=0.0, high=10.0,
        source='NASA: 2.7 m wide and 3 m long, so its corners sweep 2.0 m when it turns on the '
               'spot; with 0.2 m to spare')
    unknown_allowed: bool = quantity(
        True, '1', 'whether ground that nobody has seen may be driven over', source='assumed: '
        'the rover looks for itself as it drives')
    unknown_cost: float = quantity(
        3.0, '1', 'of a metre of unknown ground over one of known ground', low=1.0, high=1000.0,
        source='assumed: a detour of twice the length is preferred')


def rover_path(
    hazards: HazardMap, start: Point, goal: Point,
    parameters: RoverPathParameters = RoverPathParameters(),
) -> tuple[Point, ...]:
    """
    Return the waypoints of the cheapest path, start and goal included, east and north [m].

    Raises
    ------
    ValueError
        Start or goal are no numbers or off the map, the goal is in or too near to a hazard, or
        hazards leave no path.

    """
    costs = cell_costs(hazards, parameters)
    for name, point in (('start', start), ('goal', goal)):
        _check(hazards, name, point)
    first, last = _cell(hazards, start), _cell(hazards, goal)
    _free_start(hazards, costs, start, parameters.half_width)
    if not math.isfinite(costs[last]):
        raise ValueError(f'goal at {_text(goal)} {_blocked_by(hazards, last, parameters)}')
    cells = _cheapest(costs, first, last)
    if cells is None:
        raise ValueError(f'no path from {_text(start)} to {_text(goal)}: hazards within '
                         f'{parameters.half_width:g} m close every one')
    inner = [_centre(hazards, cell) for cell in cells[1:-1]]
    return _straightened(hazards, costs, [start, *inner, goal])


def is_closed(hazards: HazardMap, path: tuple[Point, ...]) -> bool:
    """Return whether a path runs nearer to a hazard than a rover may; its start is left out."""
    parameters = RoverPathParameters()
    costs = cell_costs(hazards, parameters)
    _free_start(hazards, costs, path[0], parameters.half_width)
    return any(not math.isfinite(_line_cost(hazards, costs, a, b))
               for a, b in pairwise(path) if is_on(hazards, a) and is_on(hazards, b))


def is_on(hazards: HazardMap, point: Point) -> bool:
    """Return whether a point lies on the map."""
    row, column = _cell(hazards, point)
    rows, columns = hazards.hazard.shape
    return bool(0 <= row < rows and 0 <= column < columns)


def path_length(points: tuple[Point, ...]) -> float:
    """Return the length of a path [m]."""
    return float(np.hypot(*np.diff(np.array(points), axis=0).T).sum())


def cell_costs(hazards: HazardMap, parameters: RoverPathParameters) -> Array:
    """Return the cost of a metre in each cell, infinite where the rover may not be."""
    costs = np.ones(hazards.hazard.shape)
    unknown = parameters.unknown_cost if parameters.unknown_allowed else math.inf
    costs[hazards.hazard == UNKNOWN] = unknown
    bad = hazards.hazard == HAZARD
    if bad.any():
        # From the middle of a cell to the edge of the nearest bad one.
        away = (distance_transform_edt(~bad) - 0.5) * hazards.cell
        costs[away < parameters.half_width] = math.inf
    return costs


def _check(hazards: HazardMap, name: str, point: Point) -> None:
    if not all(map(math.isfinite, point)):
        raise ValueError(f'{name} at {_text(point)}, allowed: finite numbers')
    if not is_on(hazards, point):
        rows, columns = hazards.hazard.shape
        raise ValueError(
            f'{name} at {_text(point)} is off the map, allowed: east {hazards.west:g} to '
            f'{hazards.west + columns * hazards.cell:g} m, north {hazards.south:g} to '
            f'{hazards.south + rows * hazards.cell:g} m')


def _free_start(hazards: HazardMap, costs: Array, start: Point, half_width: float) -> None:
    """Let a rover leave from beside a hazard: where it stands, it stands."""
    row, column = np.indices(costs.shape)
    away = np.hypot(hazards.west + (column + 0.5) * hazards.cell - start[0],
                    hazards.south + (row + 0.5) * hazards.cell - start[1])
    near = (away <= max(half_width, hazards.cell)) & (hazards.hazard != HAZARD)
    near[_cell(hazards, start)] = True
    costs[near & ~np.isfinite(costs)] = 1.0


def _blocked_by(
    hazards: HazardMap, cell: tuple[int, int], parameters: RoverPathParameters,
) -> str:
    if hazards.hazard[cell] == HAZARD:
        return 'is inside a hazard, allowed: free ground'
    if hazards.hazard[cell] == UNKNOWN and not parameters.unknown_allowed:
        return 'is on unknown ground, allowed: ground that was seen'
    return (f'is too near to a hazard, allowed: {parameters.half_width:g} m or more '
            'beside it')


def _cheapest(
    costs: Array, first: tuple[int, int], last: tuple[int, int],
) -> list[tuple[int, int]] | None:
    """Return the cells of the cheapest path, None when there is none."""
    rows, columns = costs.shape
    number = np.arange(rows * columns).reshape(rows, columns)
    sources, targets, weights = [], [], []
    for down, right in MOVES:
        from_, to = _shifted(rows, columns, down, right)
        mean = 0.5 * (costs[from_] + costs[to])
        for via in _crossed(down, right):
            mean = np.where(np.isfinite(costs[_moved(from_, via)]), mean, math.inf)
        open_ = np.isfinite(mean)
        sources.append(number[from_][open_])
        targets.append(number[to][open_])
        weights.append((math.hypot(down, right) * mean)[open_])
    size = rows * columns
    graph = coo_array((np.concatenate(weights), (
        np.concatenate(sources), np.concatenate(targets))), shape=(size, size)).tocsr()
    end = int(number[last])
    _, before = dijkstra(graph, directed=False, indices=int(number[first]),
                         return_predecessors=True)
    path = [end]
    while path[-1] != number[first]:
        if before[path[-1]] < 0:
            return None
        path.append(int(before[path[-1]]))
    return [divmod(cell, columns) for cell in reversed(path)]


def _shifted(
    rows: int, columns: int, down: int, right: int,
) -> tuple[tuple[slice, slice], tuple[slice, slice]]:
    """Return the cells that have a neighbour at an offset, and those neighbours."""
    left, more = max(0, -right), max(0, right)
    return ((slice(0, rows - down), slice(left, columns - more)),
            (slice(down, rows), slice(left + right, columns - more + right)))


def _crossed(down: int, right: int) -> list[tuple[int, int]]:
    """Return the offsets of the cells that a step passes between its ends."""
    side = int(math.copysign(1, right))
    if down == 1 and abs(right) == 1:
        return [(0, right), (1, 0)]
    if abs(right) == 2:
        return [(0, side), (1, side)]
    return [(1, 0), (1, side)] if down == 2 else []


def _moved(cells: tuple[slice, slice], offset: tuple[int, int]) -> tuple[slice, slice]:
    down, right = offset
    rows, columns = cells
    return (slice(rows.start + down, rows.stop + down),
            slice(columns.start + right, columns.stop + right))


def _straightened(
    hazards: HazardMap, costs: Array, points: list[Point],
) -> tuple[Point, ...]:
    """Leave out each waypoint that a straight line of no higher cost replaces."""
    legs = [_line_cost(hazards, costs, a, b) for a, b in pairwise(points)]
    total = np.concatenate([[0.0], np.cumsum(legs)])
    out, here = [points[0]], 0
    while here < len(points) - 1:
        ahead = len(points) - 1
        while ahead > here + 1 and _line_cost(
                hazards, costs, points[here], points[ahead]) > (
                    total[ahead] - total[here]) * (1.0 + SAME_COST):
            ahead -= 1
        out.append(points[ahead])
        here = ahead
    return tuple(out)


def _line_cost(hazards: HazardMap, costs: Array, a: Point, b: Point) -> float:
    """Return the cost of a straight line, infinite where it crosses what is forbidden."""
    length = math.dist(a, b)
    count = max(2, math.ceil(length / (ALONG * hazards.cell)) + 1)
    fractions = np.linspace(0.0, 1.0, count)
    column = ((a[0] + fractions * (b[0] - a[0]) - hazards.west) / hazards.cell).astype(int)
    row = ((a[1] + fractions * (b[1] - a[1]) - hazards.south) / hazards.cell).astype(int)
    return length * float(costs[row, column].mean())


def _cell(hazards: HazardMap, point: Point) -> tuple[int, int]:
    """Return row and column of a point, off the map where it is."""
    return (math.floor((point[1] - hazards.south) / hazards.cell),
            math.floor((point[0] - hazards.west) / hazards.cell))


def _centre(hazards: HazardMap, cell: tuple[int, int]) -> Point:
    return (hazards.west + (cell[1] + 0.5) * hazards.cell,
            hazards.south + (cell[0] + 0.5) * hazards.cell)


def _text(point: Point) -> str:
    return f'{point[0]:g} m east, {point[1]:g} m north'

# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""What the wheels roll on: terrain, and rocks as rounded caps."""

from __future__ import annotations

from collections.abc import Callable
import math
from typing import NamedTuple

from ingenuity_nodes.compiled.elementary import each
from ingenuity_nodes.world import rocks as rock
from ingenuity_nodes.world.rocks import Rocks
from ingenuity_nodes.world.terrain import Terrain
import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Heights = Callable[[Array, Array], Array]
SMALLEST = 0.10    # [m] assumed: narrower rocks are pressed into the soil by 1025 kg
_NONE = np.zeros(0)
_TILE = 8.0        # [m] rocks are searched for in squares of this size


class Caps(NamedTuple):
    """Rocks as paraboloids on the ground, one entry each."""

    x: Array              # centre, east [m]
    y: Array              # north [m]
    ground: Array         # height of the ground there [m]
    top: Array            # height above it [m]
    half_length: Array    # [m]
    half_width: Array     # [m]
    cos: Array            # of the yaw of the length
    sin: Array

    def pick(self, chosen: NDArray[np.bool_]) -> Caps:
        """Return some of them."""
        return Caps(*(column[chosen] for column in self))

    @property
    def radius(self) -> Array:
        """Return the larger half axis [m]."""
        return np.maximum(self.half_length, self.half_width)


NO_CAPS = Caps(*(_NONE,) * 8)


def caps_of(rows: Array) -> Caps:
    """Take the caps out of rows of :class:`Rocks`."""
    ground = rows[:, rock.GROUND]
    return Caps(rows[:, rock.X], rows[:, rock.Y], ground,
                rows[:, rock.Z] + rows[:, rock.HALF_HEIGHT] - ground,
                rows[:, rock.HALF_LENGTH], rows[:, rock.HALF_WIDTH],
                each(math.cos, rows[:, rock.YAW]), each(math.sin, rows[:, rock.YAW]))


class Ground:
    """
    Terrain and rocks around a rover.

    Parameters
    ----------
    heights
        Height of the terrain at many points ``(xs, ys)`` of the map [m].
    caps
        Rocks of the box ``(west, south, east, north)`` [m].

    """

    def __init__(
        self, heights: Heights,
        caps: Callable[[float, float, float, float], Caps] = lambda *_: NO_CAPS,
    ) -> None:
        self.terrain, self._find = heights, caps
        self._tiles: dict[tuple[int, int], Caps] = {}

    def caps_around(self, x: float, y: float, radius: float) -> Caps:
        """Return the rocks whose centres are within ``radius`` [m] of a point."""
        low = math.floor((x - radius) / _TILE), math.floor((y - radius) / _TILE)
        high = math.floor((x + radius) / _TILE), math.floor((y + radius) / _TILE)
        tiles = [self._tile(i, j) for i in range(low[0], high[0] + 1)
                 for j in range(low[1], high[1] + 1)]
        found = Caps(*(np.concatenate(column) for column in zip(*tiles, strict=True)))
        return found.pick((found.x - x) ** 2 + (found.y - y) ** 2 < radius * radius)

    def _tile(self, i: int, j: int) -> Caps:
        if (i, j) not in self._tiles:
            self._tiles[i, j] = self._find(i * _TILE, j * _TILE, (i + 1) * _TILE, (j + 1) * _TILE)
        return self._tiles[i, j]

    def surface(self, xs: Array, ys: Array, caps: Caps) -> Array:
        """Return the height of terrain or rock, whichever is higher, at points (n,) [m]."""
        heights = self.terrain(xs, ys)
        for k in range(len(caps.x)):
            dx, dy = xs - caps.x[k], ys - caps.y[k]
            along = (dx * caps.cos[k] + dy * caps.sin[k]) / caps.half_length[k]
            across = (dy * caps.cos[k] - dx * caps.sin[k]) / caps.half_width[k]
            left = 1.0 - along * along - across * across
            heights = np.where(left > 0.0, np.maximum(
                heights, caps.ground[k] + caps.top[k] * left), heights)
        return heights


def ground_of(terrain: Terrain, rocks: Rocks) -> Ground:
    """Return what a rover drives on at a site."""
    return Ground(terrain.heights, lambda west, south, east, north: caps_of(
        rocks.within(west, south, east, north, SMALLEST)))

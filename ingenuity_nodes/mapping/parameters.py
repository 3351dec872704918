# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""The numbers of the map from the air."""

from __future__ import annotations

from dataclasses import dataclass

from ingenuity_nodes.parameters import quantity


@dataclass(frozen=True)
class MapperParameters:
    """How keyframes are chosen, compared and turned into a map."""

    cell: float = quantity(
        0.1, 'm', 'side of a cell of the map', low=0.05, high=1.0,
        source='assumed: a fifth of a wheel of Perseverance, 0.525 m')
    reach: float = quantity(
        10.0, 'm', 'half the side of what one pair of images adds', low=1.0, high=40.0,
        source='assumed: twice the 5 m beside the flown line that a rover may want')
    aspect: float = quantity(
        0.9, '1', 'the same half side over the height of flight, at most', low=0.2, high=1.5,
        source='assumed: 42 deg off nadir, within the image at a tilt of 10 deg')
    lowest: float = quantity(
        2.0, 'm', 'height of flight from which keyframes are taken', low=0.5, high=50.0,
        source='assumed: lower down the shadow and the feet fill the image')
    spacing: float = quantity(
        0.1, '1', 'distance between keyframes over height of flight', low=0.02, high=1.0,
        source='assumed: each point in a dozen keyframes, 1 m apart at 10 m')
    baseline: float = quantity(
        0.28, '1', 'distance between the images of a pair over height of flight', low=0.05,
        high=1.0, source='assumed: a rock of 0.25 m at 10 m moves by 2 px; 0.4 found no more')
    longest: float = quantity(
        0.6, '1', 'largest such distance', low=0.05, high=2.0,
        source='assumed: beyond it both images see other sides of a rock')
    latency: float = quantity(
        0.3, 's', 'time from an exposure until its image is at hand', low=0.05, high=5.0,
        source='assumed: as long as a tracked image takes, and the choice of the keyframe')
    flow_noise: float = quantity(
        0.25, 'px', 'spread of the matching, in pixels of the image', low=0.01, high=5.0,
        source='assumed: a quarter of a pixel, as good matching of blurred images')
    ground_noise: float = quantity(
        0.015, 'm', 'spread of the mean of a second of altimeter samples', low=1e-3, high=1.0,
        source='assumed: 2 cm of one sample, averaged, and the unevenness under the beam')
    attitude_noise: float = quantity(
        0.002, 'rad', 'spread of the attitude between the images of a pair', low=1e-5, high=0.1,
        source='assumed: gyros over 1 s, and the interpolation of estimates')
    baseline_noise: float = quantity(
        0.02, '1', 'spread of the baseline, relative', low=1e-4, high=0.5,
        source='assumed: loose, the altimeter is to give the scale')
    slope_noise: float = quantity(
        0.1, '1', 'spread of the slope of the ground under a pair', low=1e-3, high=1.0,
        source='assumed: 6 deg over 20 m is steep for a landing site')
    rock_height: float = quantity(
        0.2, 'm', 'height above the ground around from which a cell is a hazard', low=0.05,
        high=2.0, source='assumed: well below the radius of a wheel of Perseverance, 0.26 m')
    rock_fraction: float = quantity(
        0.7, '1', 'measured over true height of a rock of a few samples', low=0.3, high=1.0,
        source='measured at 10 m, medians of two flights: 0.72 and 0.66 (docs/model.md, 17)')
    slope: float = quantity(
        0.349, 'rad', 'slope from which a cell is a hazard', low=0.02, high=1.2,
        source='assumed: 20 deg, with a margin for loose sand')
    slope_window: float = quantity(
        1.1, 'm', 'side of the window in which slopes are measured', low=0.3, high=5.0,
        source='assumed: the distance between wheels of Perseverance')
    ground_window: float = quantity(
        2.9, 'm', 'side of the window whose median is the ground around', low=0.5, high=10.0,
        source='assumed: half of it remains ground around a rock of 2 m')
    fewest: int = quantity(
        2, '1', 'pairs that must have seen a cell for it to be known', low=1, high=50,
        source='assumed: what only one pair saw may be a shadow')
    largest_sigma: float = quantity(
        0.15, 'm', 'height uncertainty from which a cell is unknown', low=0.01, high=2.0,
        source='assumed: three quarters of the rock that must be seen')

# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""
The base image: the features that later images are compared with, and what their errors do.

An error of one feature in the base image is the same in every later comparison, so it must not
be averaged away like the noise of the later images. How far its corner stands out of the ground
plane is a doubt of its own, considered in every comparison. The pixel noise of all features
together looks like an error of the base pose, namely that of the least-squares fit through them;
each feature that is lost changes the fit, by the difference of its covariances without and with
it.
"""

from __future__ import annotations

from ingenuity_nodes.compiled.kernel import kernel
from ingenuity_nodes.navigation.bearing_model import feature_rows, view_of
from ingenuity_nodes.navigation.propagation import Array, BASE, ERRORS, Record
import numpy as np
from numpy.typing import NDArray

MOST_FEATURES = 40                # as many as the tracker follows; all fits in 2 MB of cache
WIDTH = ERRORS + MOST_FEATURES    # columns of a covariance
POSE_PRIOR = 1e-9                 # stands for what the features do not fix

BASE_IMAGE = np.dtype([
    ('filled', 'i8'),                        # how many features there are
    ('step', 'i8'),                          # at which it was taken
    ('age', 'i8'),                           # images compared with it
    ('way', 'f8'),                           # from base to base since power-on [m]
    ('ids', 'i8', (MOST_FEATURES,)),
    ('live', 'i8', (MOST_FEATURES,)),        # 1: still followed
    ('rays', 'f8', (MOST_FEATURES, 3)),      # in B
    ('rows', 'f8', (MOST_FEATURES, 2, 6)),   # how the base pose moves the ray
    ('heights', 'f8', (MOST_FEATURES,)),     # spread of the corners about the ground [m]
    ('pose_fit', 'f8', (6, 6)),              # covariance of the pose that the live features fix
], align=True)


@kernel
def take_base(
    base: Record, s: Record, x: Array, P: Array, ids: NDArray[np.int64], rays: Array,
) -> None:
    """Fill the base image, taken at the base pose of ``x``, and add its errors to ``P``."""
    H, out, view = np.zeros((2, ERRORS)), np.zeros(4), view_of(x, s)
    known, before = np.empty(base.filled, dtype=np.int64), np.empty(base.filled)
    doubts = np.empty((ERRORS, MOST_FEATURES))
    for b in range(base.filled):
        known[b], before[b] = base.ids[b], base.heights[b]
    for i in range(ERRORS):
        for b in range(MOST_FEATURES):
            doubts[i, b] = P[i, ERRORS + b]
            P[i, ERRORS + b] = 0.0
    count = 0
    for k in range(min(ids.size, MOST_FEATURES)):
        if not feature_rows(x, view, rays[k], rays[k], s, H, out):
            continue
        base.ids[count], base.live[count] = ids[k], 1
        for i in range(3):
            base.rays[count, i] = rays[k, i]
        for i in range(6):
            base.rows[count, 0, i], base.rows[count, 1, i] = H[0, BASE + i], H[1, BASE + i]
        base.heights[count] = s.ground.corners * out[3]
        for b in range(known.size):
            if known[b] == ids[k]:    # a corner keeps what is known of its height
                share = min(1.0, base.heights[count] / before[b])
                for i in range(ERRORS):
                    P[i, ERRORS + count] = doubts[i, b] * share
        count += 1
    base.filled, base.age = count, 0
    for i in range(6):
        for j in range(6):
            base.pose_fit[i, j] = 0.0
    _refit(base, s, P)


@kernel
def note_lost(base: Record, s: Record, P: Array, match: NDArray[np.int64]) -> None:
    """Note which features of the base image one more image has lost."""
    here = np.zeros(MOST_FEATURES, dtype=np.bool_)
    for k in range(match.size):
        if match[k] >= 0:
            here[match[k]] = True
    base.age += 1
    lost = False
    for b in range(base.filled):
        if base.live[b] and not here[b]:
            base.live[b], lost = 0, True
    if lost:
        _refit(base, s, P)


@kernel
def _refit(base: Record, s: Record, P: Array) -> None:
    """Fit the pose to the live features and add to ``P`` how much worse it is known."""
    information = np.zeros((6, 6))
    for b in range(base.filled):
        if base.live[b]:
            for i in range(6):
                for j in range(6):
                    information[i, j] += (base.rows[b, 0, i] * base.rows[b, 0, j]
                                          + base.rows[b, 1, i] * base.rows[b, 1, j])
    for i in range(6):
        information[i, i] += POSE_PRIOR
    fit = np.linalg.inv(information)
    worse = np.empty((6, 6))
    for i in range(6):
        for j in range(6):
            worse[i, j] = fit[i, j] - base.pose_fit[i, j]
            base.pose_fit[i, j] = fit[i, j]
    _add(P, BASE, worse, s.ray_noise ** 2)


@kernel
def _add(P: Array, at: int, covariance: Array, factor: float) -> None:
    for i in range(covariance.shape[0]):
        for j in range(covariance.shape[0]):
            P[at + i, at + j] += 0.5 * factor * (covariance[i, j] + covariance[j, i])

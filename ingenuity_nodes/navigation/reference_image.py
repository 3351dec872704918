# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""
The reference image (keyframe): the features that later images are compared with, and its errors.

An error of one feature in the reference image is the same in every later comparison, so it must
not be averaged away like the noise of the later images. How far the feature stands out of the
ground plane is a consider parameter of every comparison. The pixel noise of all features together
looks like an error of the pose of the reference image, namely that of the least-squares fit
through them; each feature that is lost changes the fit, by the difference of its covariances
without and with it.
"""

from __future__ import annotations

from ingenuity_nodes.compiled.kernel import kernel
from ingenuity_nodes.navigation.bearing_model import cameras_of, linearise
from ingenuity_nodes.navigation.state import Array, ERRORS, KEY_POSITION, Record
import numpy as np
from numpy.typing import NDArray

MOST_FEATURES = 40                # as many as the tracker follows; all fits in 2 MB of cache
WIDTH = ERRORS + MOST_FEATURES    # columns of a covariance
POSE_PRIOR = 1e-9                 # stands for what the features do not fix

REFERENCE_IMAGE = np.dtype([
    ('count', 'i8'),                             # how many features there are
    ('age', 'i8'),                               # images compared with it
    ('distance', 'f8'),                          # between reference images since power-on [m]
    ('ids', 'i8', (MOST_FEATURES,)),
    ('followed', 'i8', (MOST_FEATURES,)),        # 1: not lost
    ('bearings', 'f8', (MOST_FEATURES, 3)),      # in B
    ('H_pose', 'f8', (MOST_FEATURES, 2, 6)),     # derivative of the bearing by the pose
    ('sigmas', 'f8', (MOST_FEATURES,)),          # of the height of the features [m]
    ('pose_fit', 'f8', (6, 6)),                  # covariance of the pose by all that are followed
], align=True)


@kernel
def set_features(
    reference: Record, config: Record, x: Record, P: Array, ids: NDArray[np.int64],
    bearings: Array,
) -> None:
    """Take the features of a new reference image, whose pose is cloned, and add its errors."""
    H, cameras = np.zeros((2, ERRORS)), cameras_of(x, config)
    former_ids = np.empty(reference.count, dtype=np.int64)
    former_sigmas, former_P = np.empty(reference.count), np.empty((ERRORS, MOST_FEATURES))
    for b in range(reference.count):
        former_ids[b], former_sigmas[b] = reference.ids[b], reference.sigmas[b]
    for i in range(ERRORS):
        for b in range(MOST_FEATURES):
            former_P[i, b] = P[i, ERRORS + b]
            P[i, ERRORS + b] = 0.0
    count = 0
    for k in range(min(ids.size, MOST_FEATURES)):
        bearing = linearise(cameras, bearings[k], bearings[k], H)
        if not bearing.visible:
            continue
        reference.ids[count], reference.followed[count] = ids[k], 1
        for i in range(3):
            reference.bearings[count, i] = bearings[k, i]
        for i in range(6):
            for row in range(2):
                reference.H_pose[count, row, i] = H[row, KEY_POSITION + i]
        reference.sigmas[count] = config.ground.feature_height * bearing.depth
        for b in range(former_ids.size):
            if former_ids[b] == ids[k]:    # what is known of the height of a feature is kept
                ratio = min(1.0, reference.sigmas[count] / former_sigmas[b])
                for i in range(ERRORS):
                    P[i, ERRORS + count] = former_P[i, b] * ratio
        count += 1
    reference.count, reference.age = count, 0
    for i in range(6):
        for j in range(6):
            reference.pose_fit[i, j] = 0.0
    _fit_pose(reference, config, P)


@kernel
def drop_lost_features(
    reference: Record, config: Record, P: Array, match: NDArray[np.int64],
) -> None:
    """Drop the features of the reference image that one more image has lost."""
    found = np.zeros(MOST_FEATURES, dtype=np.bool_)
    for k in range(match.size):
        if match[k] >= 0:
            found[match[k]] = True
    reference.age += 1
    lost = False
    for b in range(reference.count):
        if reference.followed[b] and not found[b]:
            reference.followed[b], lost = 0, True
    if lost:
        _fit_pose(reference, config, P)


@kernel
def _fit_pose(reference: Record, config: Record, P: Array) -> None:
    """Fit the pose to the features that are left and add to ``P`` how much worse it is known."""
    information = np.zeros((6, 6))
    for b in range(reference.count):
        if reference.followed[b]:
            for i in range(6):
                for j in range(6):
                    information[i, j] += (
                        reference.H_pose[b, 0, i] * reference.H_pose[b, 0, j]
                        + reference.H_pose[b, 1, i] * reference.H_pose[b, 1, j])
    for i in range(6):
        information[i, i] += POSE_PRIOR
    covariance = np.linalg.inv(information)
    increase = np.empty((6, 6))
    for i in range(6):
        for j in range(6):
            increase[i, j] = covariance[i, j] - reference.pose_fit[i, j]
            reference.pose_fit[i, j] = covariance[i, j]
    factor = config.bearing_noise ** 2
    for i in range(6):
        for j in range(6):
            P[KEY_POSITION + i, KEY_POSITION + j] += (
                0.5 * factor * (increase[i, j] + increase[j, i]))

# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""
Features of images: corners tracked by pyramidal Lucas-Kanade, as in the flown software.

A track survives when following it back leads to where it began, when it moves with the ground
(a homography that most tracks fit), and when it keeps off what is much darker than the ground:
the aircraft's own shadow, its legs, and deep shade behind rocks, all of which move by other laws.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
from ingenuity_nodes.cameras.model import CameraModel, navcam
from ingenuity_nodes.frames import rotation_matrix
from ingenuity_nodes.navigation.bearing_table import BearingTable
from ingenuity_nodes.parameters import quantity
from ingenuity_nodes.signals import FeatureFrame
import numpy as np
from numpy.typing import NDArray

COLUMNS, ROWS = 8, 6     # cells of the image, filled evenly with features
SHRINK = 4               # full resolution over that in which shade is found
_CELL = np.ones((SHRINK, SHRINK), dtype=np.uint8)
Points = NDArray[np.float32]
Image = NDArray[np.uint8]


@dataclass(frozen=True)
class TrackerParameters:
    """Detection and tracking of features."""

    most: int = quantity(
        40, '1', 'features tracked at once', low=4, high=64,
        source='J. Stechschulte 2021: a few dozen')
    window: int = quantity(
        21, 'px', 'side of the patch that is tracked', low=5, high=63, source='assumed')
    levels: int = quantity(
        3, '1', 'pyramid levels above the image', low=0, high=6,
        source='assumed: 20 px and more between images at 1 m height')
    quality: float = quantity(
        0.01, '1', 'corner strength over that of the best corner', low=1e-4, high=1.0,
        source='assumed: OpenCV tutorial value')
    weakest: float = quantity(
        1e-4, '1', 'least corner strength (smaller eigenvalue)', low=0.0, high=1.0,
        source='rendered images: noise alone reaches 7.6e-5 over smooth sand; corners of '
               'ordinary ground have 1e-3 to 1e-2')
    spacing: float = quantity(
        24.0, 'px', 'least distance between features', low=2.0, high=200.0,
        source='assumed: a patch')
    margin: int = quantity(
        12, 'px', 'border in which features are given up', low=0, high=100,
        source='assumed: half a patch')
    rotation: float = quantity(
        0.005, '1', 'rotation or growth between images that is undone before tracking',
        low=0.0, high=1.0,
        source='rendered images: at 0.012 (20 deg/s) tracks drifted by 0.2 px in 5 images; 0.005 '
               'would make less than their noise', former='turn')
    there_and_back: float = quantity(
        0.5, 'px', 'most that following back may miss', low=0.05, high=10.0, source='assumed')
    consensus: float = quantity(
        0.003, 'rad', 'most that a track may leave the common motion', low=1e-4, high=0.5,
        source='rendered images: tracks on rocks leave it by up to 0.5 px, those on the own '
               'shadow by 1 to 3 px; this is 0.8 px')
    dark: float = quantity(
        0.6, '1', 'brightness of shade over the median, at most', low=0.0, high=1.0,
        source='assumed: skylight is a third of all light at the usual dust')
    shade_reach: int = quantity(
        16, 'px', 'distance to keep from shade', low=0, high=100, source='assumed: a patch')


class FeatureTracker:
    """Tracks features through the images of one camera."""

    def __init__(
        self, parameters: TrackerParameters | None = None, camera: CameraModel | None = None,
    ) -> None:
        self.parameters = parameters or TrackerParameters()
        model = camera or navcam()
        self._size = (model.width, model.height)
        self._bearings = BearingTable(model)
        self._R_BC = rotation_matrix(model.q_BC)
        self._before: Image | None = None
        self._uv: Points = np.zeros((0, 2), dtype=np.float32)
        self._ids = np.zeros(0, dtype=np.int64)
        self._ages = np.zeros(0, dtype=np.int64)
        self._next_id = 0

    def track(self, t_ns: int, image: Image) -> FeatureFrame:
        """
        Follow the features into the next image and pick new ones.

        Parameters
        ----------
        t_ns
            Instant of exposure.
        image
            Grey, shape (480, 640).

        Raises
        ------
        ValueError
            The image has another size than the camera's.

        """
        if image.shape != (self._size[1], self._size[0]):
            raise ValueError(f'found an image of {image.shape[1]} x {image.shape[0]} px, '
                             f'allowed: {self._size[0]} x {self._size[1]} px')
        # Threads would not change the result, only starve the other processes.
        cv2.setNumThreads(1)
        p = self.parameters
        shade = self._shade(image)
        if self._before is not None and len(self._ids):
            self._follow(self._before, image, shade)
        if len(self._ids) < 0.9 * p.most:
            self._pick(image, shade)
        self._before = image
        return FeatureFrame(
            t_ns, self._ids, self._uv.astype(np.float64), self._ages)

    def _follow(self, before: Image, now: Image, shade: Image) -> None:
        uv, good = self._flow(before, now, self._uv, self._uv)
        rotation = _rotation_between(self._uv[good], uv[good])
        if np.abs(rotation - np.eye(2)).max() > self.parameters.rotation:
            # A patch that rotates pulls its feature along, so the whole image is rotated first.
            middle = 0.5 * np.array(self._size)
            about = np.column_stack([rotation, middle - rotation @ middle])
            rotated = np.asarray(cv2.warpAffine(
                before, about, self._size, borderMode=cv2.BORDER_REPLICATE), dtype=np.uint8)
            begin = (self._uv @ rotation.T + about[:, 2]).astype(np.float32)
            uv, good = self._flow(rotated, now, begin, uv)
        good &= self._inside(uv)
        good[good] = ~_within(shade, uv[good])
        good[good] = self._agree(self._uv[good], uv[good])
        self._uv = uv[good]
        self._ids, self._ages = self._ids[good], self._ages[good] + 1

    def _flow(
        self, before: Image, now: Image, uv: Points, guess: Points,
    ) -> tuple[Points, NDArray[np.bool_]]:
        """Track pixels into the next image; also return which ones lead back to their origin."""
        p = self.parameters
        forward, found, _ = cv2.calcOpticalFlowPyrLK(
            before, now, uv, guess.copy(), winSize=(p.window, p.window), maxLevel=p.levels,
            flags=cv2.OPTFLOW_USE_INITIAL_FLOW)
        back, found_back, _ = cv2.calcOpticalFlowPyrLK(
            now, before, forward, forward.copy(), winSize=(p.window, p.window),
            maxLevel=p.levels)
        returned = np.linalg.norm(back - uv, axis=1) < p.there_and_back
        good = (np.ravel(found) > 0) & (np.ravel(found_back) > 0) & returned
        return np.asarray(forward, dtype=np.float32), good

    def _shade(self, image: Image) -> Image:
        """Return a mask of shade and its surroundings, at a quarter of the resolution."""
        p = self.parameters
        small = cv2.resize(image, None, fx=1 / SHRINK, fy=1 / SHRINK,
                           interpolation=cv2.INTER_AREA)
        limit = p.dark * float(np.median(small))
        darkest = cv2.erode(image, _CELL, anchor=(0, 0))[::SHRINK, ::SHRINK]
        dark = _joined(small < limit, darkest < limit)
        side = 2 * (p.shade_reach // SHRINK) + 1
        return np.asarray(cv2.dilate(dark, np.ones((side, side), dtype=np.uint8)), dtype=np.uint8)

    def _inside(self, uv: Points) -> NDArray[np.bool_]:
        margin = self.parameters.margin
        limit = np.array(self._size) - 1 - margin
        return np.asarray(((uv >= margin) & (uv <= limit)).all(axis=1))

    def _agree(self, before: Points, now: Points) -> NDArray[np.bool_]:
        """Return which tracks fit the motion of the ground plane."""
        if len(before) < 8:
            return np.ones(len(before), dtype=np.bool_)
        flat_before, flat_now = self._flat(before), self._flat(now)
        H, _ = cv2.findHomography(
            flat_before, flat_now, cv2.RANSAC, self.parameters.consensus, maxIters=200)
        if H is None:
            return np.ones(len(before), dtype=np.bool_)
        there = cv2.perspectiveTransform(flat_before[None], H)[0]
        # On the flat plane an angle looks larger away from the axis, by 1 + r^2 at most.
        stretch = 1.0 + (flat_now ** 2).sum(axis=1)
        miss = np.linalg.norm(there - flat_now, axis=1) / stretch
        return np.asarray(miss < self.parameters.consensus)

    def _flat(self, uv: Points) -> NDArray[np.float64]:
        """Project pixels on the plane at distance 1 before the lens."""
        bearings = self._bearings.bearings(uv.astype(np.float64)) @ self._R_BC
        return np.asarray(bearings[:, :2] / np.maximum(bearings[:, 2:], 0.05))

    def _pick(self, image: Image, shade: Image) -> None:
        """Add features where there are few."""
        p = self.parameters
        mask = np.zeros(image.shape, dtype=np.uint8)
        mask[p.margin:-p.margin, p.margin:-p.margin] = 255
        mask[cv2.resize(shade, self._size, interpolation=cv2.INTER_NEAREST) > 0] = 0
        for u, v in self._uv:
            cv2.circle(mask, (int(u), int(v)), int(p.spacing), 0, -1)
        strength = cv2.cornerMinEigenVal(image, 3)
        best = float(strength.max())
        if best < p.weakest:
            return
        mask[strength < p.weakest] = 0
        corners = cv2.goodFeaturesToTrack(
            image, 4 * p.most, p.quality, p.spacing, mask=mask, blockSize=3)
        if corners is None:
            return
        new = self._spread(np.asarray(corners, dtype=np.float32).reshape(-1, 2))
        new = new[:p.most - len(self._ids)]
        count = len(new)
        self._uv = np.concatenate([self._uv, new])
        self._ids = np.concatenate(
            [self._ids, np.arange(self._next_id, self._next_id + count, dtype=np.int64)])
        self._ages = np.concatenate([self._ages, np.zeros(count, dtype=np.int64)])
        self._next_id += count

    def _spread(self, corners: Points) -> Points:
        """Sort corners, strongest first, with those in empty cells in front."""
        cell = np.array(self._size) / (COLUMNS, ROWS)
        crowd = np.zeros((ROWS, COLUMNS), dtype=np.int64)
        for column, row in (self._uv // cell).astype(int):
            crowd[row, column] += 1
        rank = np.empty(len(corners), dtype=np.int64)
        for k, (column, row) in enumerate((corners // cell).astype(int)):
            rank[k] = crowd[row, column]
            crowd[row, column] += 1
        return corners[np.argsort(rank, kind='stable')]

    def draw(self, image: Image, features: FeatureFrame) -> Image:
        """Return an RGB image with the tracks, older ones greener, for people."""
        return draw_features(image, features)


def draw_features(image: Image, features: FeatureFrame) -> Image:
    """Return an RGB image with tracked features, older ones greener."""
    out = cv2.cvtColor(image, cv2.COLOR_GRAY2RGB)
    for (u, v), age in zip(features.uv, features.ages, strict=True):
        ratio = min(1.0, float(age) / 30.0)
        colour = (int(255 * (1.0 - ratio)), int(80 + 175 * ratio), 40)
        cv2.circle(out, (round(u), round(v)), 5, colour, 1, cv2.LINE_AA)
    return np.asarray(out, dtype=np.uint8)


def _rotation_between(before: Points, now: Points) -> NDArray[np.float64]:
    """Fit the common rotation and growth of tracks, shape (2, 2); of few, the identity."""
    if len(before) < 8:
        return np.eye(2)
    a, b = before - before.mean(axis=0), now - now.mean(axis=0)
    size = float((a * a).sum())
    c = float((a * b).sum()) / size
    s = float((a[:, 0] * b[:, 1] - a[:, 1] * b[:, 0]).sum()) / size
    return np.array([[c, -s], [s, c]])


def _joined(wide: NDArray[np.bool_], thin: NDArray[np.bool_]) -> Image:
    """Select the connected parts of ``thin`` that hold some of ``wide``: legs hang on a body."""
    count, parts = cv2.connectedComponents(thin.astype(np.uint8))
    chosen = np.zeros(count, dtype=np.uint8)
    chosen[parts[wide]] = 1
    chosen[0] = 0
    return np.asarray(chosen[parts])


def _within(shade: Image, uv: Points) -> NDArray[np.bool_]:
    """Return which pixels (n, 2) of the full image lie in shade."""
    rows, columns = shade.shape
    at = (uv / SHRINK).astype(np.int64)
    return np.asarray(
        shade[at[:, 1].clip(0, rows - 1), at[:, 0].clip(0, columns - 1)] > 0)

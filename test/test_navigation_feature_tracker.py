# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""Features are tracked to a fraction of a pixel, outside of shade, and lost without texture."""

import cv2
from ingenuity_nodes.cameras.model import navcam
from ingenuity_nodes.frames import quaternion_from_rpy
from ingenuity_nodes.navigation.feature_tracker import FeatureTracker
import numpy as np
import pytest

CAMERA = navcam()
SCALE = 100.0      # texture pixels per metre


def ground(seed: int = 1) -> np.ndarray:
    """Draw a plane of 40 m x 40 m with blobs of many sizes, as grey levels."""
    random = np.random.default_rng(seed)
    side = round(40.0 * SCALE)
    out = np.full((side, side), 120.0, dtype=np.float32)
    for cell in (6, 12, 30):
        noise = random.standard_normal((side // cell + 2, side // cell + 2)).astype(np.float32)
        out += 14.0 * cv2.resize(noise, (side, side), interpolation=cv2.INTER_CUBIC)
    return out


GROUND = ground()
PIXELS = np.stack(np.meshgrid(np.arange(640.0), np.arange(480.0)), axis=-1).reshape(-1, 2)
BEARINGS_C = CAMERA.unproject(PIXELS)


def rendered(p_MB: np.ndarray, q_MB: np.ndarray) -> np.ndarray:
    """Render the plane through the real lens."""
    R_MC, p_MC = CAMERA.pose(p_MB, q_MB)
    rays = BEARINGS_C @ R_MC.T
    length = -p_MC[2] / np.minimum(rays[:, 2], -0.05)
    hits = (p_MC[:2] + length[:, None] * rays[:, :2]) * SCALE + GROUND.shape[0] / 2
    mapped = hits.astype(np.float32).reshape(480, 640, 2)
    drawn = cv2.remap(GROUND, mapped, None, cv2.INTER_LINEAR)
    return np.clip(drawn, 0, 255).astype(np.uint8)


def poses(frames: int, speed: float = 2.0) -> list[tuple[np.ndarray, np.ndarray]]:
    """Fly aside, rolling and yawing, 30 images a second."""
    return [(np.array([speed * k / 30.0, 0.0, 5.0]),
             quaternion_from_rpy(0.05 * np.sin(0.1 * k), 0.0, 0.02 * np.sin(0.07 * k)))
            for k in range(frames)]


def test_tracks_follow_their_points_of_the_ground():
    tracker, points, errors = FeatureTracker(), {}, []
    for k, (p, q) in enumerate(poses(20)):
        frame = tracker.track(k, rendered(p, q))
        R_MC, p_MC = CAMERA.pose(p, q)
        rays = CAMERA.unproject(frame.uv) @ R_MC.T
        hits = p_MC - p_MC[2] / rays[:, 2:] * rays
        for number, hit, uv in zip(frame.ids, hits, frame.uv, strict=True):
            first = points.setdefault(number, hit)
            errors.append(np.linalg.norm(CAMERA.project_world(first, p, q)[0] - uv))
    assert np.median(errors) < 0.3
    assert np.percentile(errors, 95) < 1.5


def test_nine_of_ten_features_survive_from_one_image_to_the_next():
    tracker, kept, before = FeatureTracker(), [], None
    for k, (p, q) in enumerate(poses(15)):
        ids = tracker.track(k, rendered(p, q)).ids
        if before is not None:
            kept.append(np.isin(before, ids).mean())
        before = ids
    assert np.mean(kept) > 0.9 and len(before) > 30


def test_numbers_are_unique_and_ages_count_images():
    tracker = FeatureTracker()
    for k, (p, q) in enumerate(poses(6)):
        frame = tracker.track(k, rendered(p, q))
        assert len(set(frame.ids)) == len(frame.ids) == len(frame.uv) == len(frame.ages)
    assert frame.ages.max() == 5


def test_a_shadow_that_flies_along_gets_no_features():
    tracker = FeatureTracker()
    for k, (p, q) in enumerate(poses(10)):
        image = rendered(p, q)
        cv2.ellipse(image, (320, 240), (50, 20), 30.0, 0.0, 360.0, 30, -1)
        frame = tracker.track(k, image)
    from_shadow = np.linalg.norm(frame.uv - [320.0, 240.0], axis=1)
    assert from_shadow.min() > 25.0 and len(frame.ids) > 25


def test_the_shadows_of_the_legs_get_none_either():
    tracker = FeatureTracker()
    for k, (p, q) in enumerate(poses(10, speed=0.5)):
        image = rendered(p, q)
        for end in ((280, 210), (360, 210), (280, 270), (360, 270)):
            cv2.line(image, (320, 240), end, 30, 1)
        cv2.ellipse(image, (320, 240), (12, 12), 0.0, 0.0, 360.0, 30, -1)
        frame = tracker.track(k, image)
    inside = (np.abs(frame.uv - [320.0, 240.0]) < [50.0, 40.0]).all(axis=1)
    assert not inside.any() and len(frame.ids) > 25


def test_something_that_moves_by_itself_is_outvoted():
    tracker = FeatureTracker()
    for k, (p, q) in enumerate(poses(8)):
        image = rendered(p, q)
        patch = GROUND[500:620, 500:620].astype(np.uint8)
        top, left = 150, 200 + 9 * k
        image[top:top + 120, left:left + 120] = patch
        frame = tracker.track(k, image)
        if k > 1:
            inside = ((frame.uv > [left + 12, top + 12]) & (frame.uv < [left + 108, top + 108]))
            riders = inside.all(axis=1) & (frame.ages >= 2)
            assert riders.sum() == 0


def test_over_smooth_sand_there_is_nothing_to_follow():
    tracker = FeatureTracker()
    noise = np.random.default_rng(1).normal(120.0, 0.5, (480, 640))
    assert len(tracker.track(0, noise.round().astype(np.uint8)).ids) == 0


def test_the_first_image_is_picked_evenly():
    uv = FeatureTracker().track(0, rendered(*poses(1)[0])).uv
    counts = np.histogram2d(uv[:, 0], uv[:, 1], bins=[4, 3], range=[[0, 640], [0, 480]])[0]
    assert (counts > 0).all() and counts.max() <= 8


def test_an_image_of_another_camera_is_refused():
    with pytest.raises(ValueError, match='640 x 480'):
        FeatureTracker().track(0, np.zeros((10, 10), dtype=np.uint8))


def test_the_same_images_give_the_same_features_to_the_last_bit():
    def run() -> bytes:
        tracker = FeatureTracker()
        frames = [tracker.track(k, rendered(p, q)) for k, (p, q) in enumerate(poses(5))]
        return b''.join(frame.uv.tobytes() for frame in frames)
    assert run() == run()


def test_the_image_for_people_has_colour_and_size():
    tracker, image = FeatureTracker(), rendered(*poses(1)[0])
    drawn = tracker.draw(image, tracker.track(0, image))
    assert drawn.shape == (480, 640, 3) and (drawn[..., 0] != drawn[..., 1]).any()

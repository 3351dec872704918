# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""Photo planning against NASA's Flight 3, brute-force projection and ray casts with Embree."""

from datetime import datetime, timezone
import math
from pathlib import Path

from ingenuity_nodes.cameras.model import mastcam, rte
from ingenuity_nodes.frames import quaternion_from_rpy, yaw_from_azimuth
from ingenuity_nodes.mission.photo_planning import (
    best_shot, clearance, facing, headings_in_frame, lit_fraction, outline_in_frame, PathSamples,
    shadowed, sights, TargetVolume, windows)
from ingenuity_nodes.photo.target_box import target_box
from ingenuity_nodes.scenario.environment import environment_of
from ingenuity_nodes.scenario.goals import Between, Photograph
from ingenuity_nodes.scenario.load import load_scenario
from ingenuity_nodes.world.sun import direction, Sun, sun_at
from ingenuity_nodes.world.terrain import Terrain, TerrainParameters
import numpy as np
import pytest

CASES = 1000
EDGE = 3.0       # [px] nearer to the frame's edge, a few thousand points decide nothing
GRAZE = 0.05     # [m] between the ground and the same ground as triangles of 0.25 m
FLIGHT_3 = Photograph(goal='photograph', target='perseverance', range=Between(at_least=85.0),
                      whole=False)


@pytest.fixture(scope='module')
def environment():
    return environment_of(load_scenario('flight_03'))


@pytest.fixture(scope='module')
def rover(environment):
    east, north = 63.01, -6.56
    return TargetVolume('perseverance', np.array(
        [east, north, environment.terrain.height(east, north)]), 175.2)


@pytest.fixture(scope='module')
def nasa_path():
    """Flight 3 as NASA published it, at 5 m, heading 84 deg, twenty times a second."""
    rows = np.genfromtxt(Path(__file__).parent / 'data' / 'flight_03_track.csv', delimiter=',',
                         skip_header=1)
    t = np.arange(0.0, 80.0, 0.05)
    north, east = (np.interp(t, rows[:, 0], rows[:, k]) for k in (1, 2))
    level = quaternion_from_rpy(0.0, 0.0, yaw_from_azimuth(84.0))
    return PathSamples(t, np.stack([east, north, np.full(t.size, 5.27)], axis=1),
                       np.tile(level, (t.size, 1)))


def test_front_and_side_light_part_a_circle_round_the_target_by_the_sun(environment, rover):
    """The sun in front: the camera is on the sun's side, with at most 60 deg between them."""
    yaw = np.arange(0.0, 2.0 * math.pi, math.radians(3.0))
    outward = np.stack([np.cos(yaw), np.sin(yaw), np.zeros(yaw.size)], axis=1)
    p = rover.p_MT + 12.0 * outward + np.array([0.0, 0.0, 8.0])
    q = np.array([quaternion_from_rpy(0.0, 0.0, yaw_from_azimuth(facing(rte(), rover, here)))
                  for here in p])
    sun = environment.sun
    found = sights(rte(), environment.terrain, sun, rover, PathSamples(yaw, p, q))
    wish = Photograph(goal='photograph', target='perseverance', whole=False)
    met = {light: found.meets(wish.model_copy(update={'light': light}))
           for light in ('front', 'side', 'any')}
    assert met['any'].any()
    assert not (met['front'] & met['side']).any()
    assert np.array_equal(met['front'] | met['side'], met['any'])
    towards = (p - rover.sight_points[-1]) @ sun.direction_M
    angle = np.arccos(towards / np.linalg.norm(p - rover.sight_points[-1], axis=1))
    assert (angle[met['front']] <= math.radians(60.0) + 0.1).all()
    assert (angle[met['side']] >= math.radians(60.0) - 0.1).all()


def test_the_window_of_the_flight_3_photo_is_found(environment, rover, nasa_path):
    camera = rte((math.radians(-2.0), 0.0, 0.0))    # as if it leaned
    found = sights(camera, environment.terrain, environment.sun, rover, nasa_path)
    only = windows(found, FLIGHT_3)
    assert len(only) == 1
    assert only[0].start_s == pytest.approx(38.7, abs=0.5)    # facts/ingenuity.md, section 4.3
    assert only[0].end_s == pytest.approx(44.2, abs=0.5)
    assert 85.0 <= only[0].distance <= 85.5
    there = int(np.argmin(np.abs(nasa_path.t_s - only[0].best_s)))
    drawn = target_box(camera, nasa_path.p_MB[there], nasa_path.q_MB[there], rover.p_MT,
                       quaternion_from_rpy(0.0, 0.0, yaw_from_azimuth(rover.azimuth)))
    assert drawn.width <= only[0].width_px <= 1.5 * drawn.width    # of the box around its parts
    assert best_shot(found, FLIGHT_3) == only[0]


def test_the_headings_of_the_flight_3_photo_are_those_of_the_table(rover):
    """At 86.4 deg, level, the rover is cut by the corner; at 84 deg, 3 deg rolled, it is not."""
    apex = np.array([-1.4, 49.5, 5.27])
    runs = headings_in_frame(rte((math.radians(-3.0), 0.0, 0.0)), rover, apex)
    assert any(first <= 84 <= last for first, last in runs)
    level = headings_in_frame(rte(), rover, apex)
    assert not any(first <= 86 <= last for first, last in level)
    assert any(first <= facing(rte(), rover, apex) % 360 <= last or
               first <= facing(rte(), rover, apex) % 360 + 360 <= last for first, last in runs)


def test_nothing_is_sunlit_at_night(environment, rover, nasa_path):
    night = sun_at(datetime(2021, 4, 25, 23, 30, tzinfo=timezone.utc), 18.44, 77.45)
    assert night.elevation < 0.0
    some = PathSamples(nasa_path.t_s[::100], nasa_path.p_MB[::100], nasa_path.q_MB[::100])
    found = sights(rte(), environment.terrain, night, rover, some)
    assert (found.lit == 0.0).all() and windows(found, FLIGHT_3) == []


def test_a_line_over_flat_ground_clears_it_by_its_lower_end():
    flat = Terrain(TerrainParameters(relief=0.0, ripples=0.0, hills=0.0,
                                     rover_position=(0.0, 0.0, 0.0)))
    p, q = np.array([[0.0, 0.0, 5.0]]), np.array([[100.0, 0.0, 1.0]])
    assert clearance(flat, p, q, 0.5)[0] == pytest.approx(1.0, abs=0.03)
    assert clearance(flat, p, q - [[0, 0, 2.0]], 0.5)[0] < 0.0


# 1,000 random cases

def random_cases():
    """Give camera, target, pose: half of them point at the target, all at up to 90 m."""
    rng = np.random.default_rng([13, 5])
    cameras = rte(), mastcam()
    for k in range(CASES):
        camera = cameras[k % 2]
        target = TargetVolume('target', np.array([*rng.uniform(-15.0, 15.0, 2), 0.0]),
                              float(rng.uniform(0.0, 360.0)))
        bearing, distance = rng.uniform(0.0, 2.0 * math.pi), rng.uniform(8.0, 70.0)
        p_MB = np.add(target.p_MT, (distance * math.cos(bearing), distance * math.sin(bearing),
                                    rng.uniform(0.5, 12.0)))
        off = rng.normal(0.0, 18.0)
        yaw = yaw_from_azimuth((facing(camera, target, p_MB) + off) % 360.0)
        yield camera, target, p_MB, quaternion_from_rpy(*rng.normal(0.0, 0.08, 2), yaw)


@pytest.fixture(scope='module')
def cases(ground):
    """Stand the cases on hilly ground."""
    out = []
    for camera, target, p_MB, q_MB in random_cases():
        up = ground.height(*target.p_MT[:2])
        target = TargetVolume('target', np.add(target.p_MT, (0.0, 0.0, up)), target.azimuth)
        p_MB[2] += ground.height(*p_MB[:2])
        out.append((camera, target, p_MB, q_MB))
    return out


@pytest.fixture(scope='module')
def ground():
    """Return hills of 2.5 m and less, 20 to 40 m long, under our own relief."""
    axis = np.arange(-120.0, 121.0, 1.0)
    x, y = np.meshgrid(axis, axis)
    hills = 1.5 * np.sin(x / 4.7) * np.cos(y / 5.9) + np.sin((x + 2.0 * y) / 9.0)
    return Terrain(TerrainParameters(relief=1.5, airfield_radius=0.0),
                   dem=(hills, -120.0, -120.0, 1.0))


@pytest.fixture(scope='module')
def embree_ground(ground):
    """Return the ground as 0.25 m triangles in Embree."""
    mesh = pytest.importorskip('embreex.mesh_construction')
    rtcore = pytest.importorskip('embreex.rtcore_scene')
    axis = np.arange(-100.0, 100.01, 0.25)
    x, y = np.meshgrid(axis, axis)
    points = np.stack([x, y, ground.heights(x, y)], axis=2)
    a, b, c, d = points[:-1, :-1], points[:-1, 1:], points[1:, 1:], points[1:, :-1]
    triangles = np.concatenate([np.stack([a, b, c], 2).reshape(-1, 3, 3),
                                np.stack([a, c, d], 2).reshape(-1, 3, 3)])
    scene = rtcore.EmbreeScene()
    mesh.TriangleMesh(scene, triangles.astype(np.float32))
    return scene


def on_surface(target, rng, count=4000):
    """Draw points on the faces of a box."""
    unit = rng.uniform(-0.5, 0.5, (count, 3))
    unit[np.arange(count), rng.integers(0, 3, count)] = rng.choice([-0.5, 0.5], count)
    return target.mapped(unit)


def test_a_thousand_frames_agree_with_brute_force_projection(cases):
    rng = np.random.default_rng([13, 6])
    wrong, decided, whole_ones, cut_ones = [], 0, 0, 0
    for k, (camera, target, p_MB, q_MB) in enumerate(cases):
        inside, whole, width = outline_in_frame(camera, target, p_MB, q_MB)
        points = np.concatenate([on_surface(target, rng), target.mapped(np.array(
            [(x, y, z) for x in (-.5, .5) for y in (-.5, .5) for z in (-.5, .5)]))])
        uv = camera.project_world(points, p_MB, q_MB)
        seen = uv[~np.isnan(uv[:, 0])]
        if not len(seen):
            wrong += [k] if inside > 0.0 else []
            continue
        # Signed distance of each point to the frame, positive inside.
        depth = np.minimum.reduce([seen[:, 0] + 0.5, seen[:, 1] + 0.5,
                                   camera.width - 0.5 - seen[:, 0],
                                   camera.height - 0.5 - seen[:, 1]])
        if abs(depth.min()) > EDGE:
            wrong += [k] if whole != (depth.min() > 0.0 and len(seen) == len(uv)) else []
            decided += 1
        if abs(depth.max()) > 10 * EDGE:
            wrong += [k] if (inside > 0.0) != (depth.max() > 0.0) else []
        if len(seen) == len(uv):
            assert width == pytest.approx(np.ptp(seen[:, 0]), rel=0.01, abs=2.0)
        whole_ones += whole
        cut_ones += 0.0 < inside < 1.0
    assert wrong == []
    assert decided > 0.9 * CASES and whole_ones > 150 and cut_ones > 100


def test_a_thousand_lines_of_sight_agree_with_embree(cases, ground, embree_ground):
    starts = np.repeat(np.array([camera.pose(p, q)[1] for camera, _, p, q in cases]), 9, axis=0)
    ends = np.concatenate([target.sight_points for _, target, _, _ in cases])
    found = clearance(ground, starts, ends)
    rays = ends - starts
    length = np.linalg.norm(rays, axis=1)
    ranges = embree_ground.run(starts.astype(np.float32), (rays / length[:, None]).astype(
        np.float32), query='DISTANCE').astype(np.float64)
    hidden = ranges < length - 0.5    # as the last step is left out
    clear_cut = np.abs(found) > GRAZE
    assert clear_cut.mean() > 0.9
    assert 0.05 < hidden.mean() < 0.95
    assert ((found < 0.0) == hidden)[clear_cut].all()


def test_shadows_of_the_ground_agree_with_embree(cases, ground, embree_ground):
    for elevation in (4.0, 9.0, 20.0):
        toward = direction(math.radians(elevation), 1.2)
        sun = Sun(math.radians(elevation), 69.0, toward, 0.0, 0.0, 0.0, 1.5, 600.0)
        points = np.array([target.sight_points[-1] for _, target, _, _ in cases])
        above = clearance(ground, points, points + 300.0 * toward)
        hit = embree_ground.run(points.astype(np.float32), np.tile(
            toward, (len(points), 1)).astype(np.float32), query='OCCLUDED') >= 0
        clear_cut = np.abs(above) > GRAZE
        assert (shadowed(ground, sun, points) == hit)[clear_cut].all()
        if elevation == 4.0:
            assert 0.01 < hit.mean() < 0.99


def test_the_lit_fraction_agrees_with_rays_at_the_box(cases):
    """Of rays from the camera that meet the box, those that then meet the sun."""
    mesh = pytest.importorskip('embreex.mesh_construction')
    rtcore = pytest.importorskip('embreex.rtcore_scene')
    rng = np.random.default_rng([13, 7])
    faces = np.array([(0, 1, 3), (0, 3, 2), (4, 5, 7), (4, 7, 6), (0, 1, 5), (0, 5, 4),
                      (2, 3, 7), (2, 7, 6), (0, 2, 6), (0, 6, 4), (1, 3, 7), (1, 7, 5)])
    cube = np.array([(x, y, z) for x in (-.5, .5) for y in (-.5, .5) for z in (-.5, .5)])
    for _, target, p_MB, _ in cases[::10]:
        toward = direction(math.radians(rng.uniform(10.0, 80.0)), rng.uniform(0.0, 6.28))
        sun = Sun(0.5, 0.0, toward, 0.0, 0.0, 0.0, 1.5, 600.0)
        scene = rtcore.EmbreeScene()
        mesh.TriangleMesh(scene, (target.mapped(cube) - p_MB)[faces].astype(np.float32))
        middle = target.sight_points[-1] - p_MB
        aim = middle + rng.uniform(-2.5, 2.5, (20000, 3))
        aim /= np.linalg.norm(aim, axis=1)[:, None]
        ranges = scene.run(np.zeros((20000, 3), np.float32), aim.astype(np.float32),
                           query='DISTANCE')
        hits = (aim * ranges[:, None])[ranges < 1e6] * (1.0 - 1e-5)
        weights = np.ones(len(hits))
        dark = scene.run(hits.astype(np.float32), np.tile(toward, (len(hits), 1)).astype(
            np.float32), query='OCCLUDED') >= 0
        expected = weights[~dark].sum() / weights.sum()
        assert lit_fraction(target, sun, p_MB[None])[0] == pytest.approx(expected, abs=0.1)

# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""
Writes down for Rerun what the messages of a run say.

Times are those in the messages' headers; texts without one are given the latest of these.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import cv2
from ingenuity_nodes.frames import compose, MAP, Vector3
from ingenuity_nodes.rendering.mesh import link_triangles
from ingenuity_nodes.robots.parts import Robot
from ingenuity_nodes.robots.urdf_reader import read_robot
from ingenuity_nodes.viewing import fields
from ingenuity_nodes.viewing.fields import Pose
from ingenuity_nodes.viewing.trail import Thinning, Trail
import numpy as np
from numpy.typing import NDArray
import rerun as rr

TIME_LINE = 'time'
# [s] of the time line for each entry, assumed: smooth to the eye, and small enough for a browser.
MOTION, PLOTS, IMAGES = 0.1, 0.1, 0.2
TRAIL_SPACING = 0.25      # [m] between points of a path, assumed: half the width of the helicopter
JPEG_QUALITY = 85         # of navigation images, assumed: a viewer does not measure in them
TRUE, ESTIMATED, PLANNED = (120, 220, 255), (255, 130, 70), (255, 225, 120)    # red, green, blue
OLD_FEATURE = 30          # [frames] tracked for a second: drawn in the last colour


class Scribe:
    """Takes messages in the order of their times and writes entities of a Rerun recording."""

    def __init__(self, recording: rr.RecordingStream) -> None:
        self._out = recording
        self._now_ns = 0
        self._thinning = Thinning()
        self._robots: dict[str, Robot] = {}
        self._odom: dict[str, Pose] = {}      # of each vehicle's odom frame, in the map
        self._truth: dict[str, dict[int, Vector3]] = {}    # the latest positions, by time
        self._trails: dict[str, Trail] = {}
        recording.log('world', rr.ViewCoordinates.RIGHT_HAND_Z_UP, static=True)
        self._kinds: dict[str, Callable[[str, Any], None]] = {
            'robot_description': self._describe, 'ground_truth/odometry': self._true,
            'odometry': self._estimate, 'joint_states': self._joints,
            'planned_path': self._plan, 'navcam/image_raw': self._navigation_image,
            'navcam/features': self._features, 'battery_state': self._battery,
            'rte/image_raw/compressed': partial(self._photo, 'photo'),
            'received/compressed': partial(self._photo, 'received'),
            'mastcam/image_raw/compressed': partial(self._photo, 'mastcam'),
            'flight_mode': partial(self._text, 'mode'), 'caption': partial(self._text, 'caption'),
            'drive_state': partial(self._text, 'drive'),
            'mission/log': partial(self._text, 'mission'),
            'world/terrain': partial(self._ground, 'ground'),
            'world/rocks': partial(self._ground, 'rocks'),
            'map/heights': self._heights, 'tf': self._transforms}

    @property
    def helicopters(self) -> list[str]:
        """Name the vehicles that have a rotor, in order."""
        return sorted(name for name, robot in self._robots.items()
                      if any('rotor' in link.name for link in robot.links))

    def kind_of(self, topic: str) -> str:
        """Return what a topic is below its vehicle's name; '' for one that is not shown."""
        words = topic.strip('/').split('/')
        for start in range(len(words)):    # the longest: 'ground_truth/odometry' is no 'odometry'
            if (kind := '/'.join(words[start:])) in self._kinds:
                return kind
        return ''

    def take(self, topic: str, message: Any) -> None:
        """
        Write one message; topics that are not shown are passed over.

        Raises
        ------
        ValueError, AttributeError
            The message is not of the type, or not of the content that the topic has with us.

        """
        kind = self.kind_of(topic)
        if not kind:
            return
        stamp = fields.stamp_of(message)
        if stamp is not None:
            self._now_ns = max(self._now_ns, stamp)
        t_ns = self._now_ns if stamp is None else stamp
        self._out.set_time(TIME_LINE, duration=np.timedelta64(t_ns, 'ns'))
        self._kinds[kind](topic.strip('/')[:-len(kind)].strip('/'), message)

    def _due(self, name: str, message: Any, interval: float) -> bool:
        t_ns = fields.stamp_of(message)
        return t_ns is not None and self._thinning.lets_through(name, t_ns, interval)

    def _describe(self, vehicle: str, message: Any) -> None:
        robot = self._robots[vehicle] = read_robot(message.data)
        for name, rows in link_triangles(robot).items():
            self._out.log(f'world/{vehicle}/{_leaf(name)}', rr.Mesh3D(
                vertex_positions=rows[:, :3], vertex_normals=rows[:, 3:6],
                vertex_colors=np.round(255.0 * rows[:, 6:9]).astype(np.uint8)), static=True)
        self._move_links(vehicle, {}, static=True)

    def _joints(self, vehicle: str, message: Any) -> None:
        if vehicle in self._robots and self._due(f'{vehicle} joints', message, MOTION):
            self._move_links(vehicle, dict(zip(message.name, message.position, strict=False)),
                             static=False)

    def _move_links(self, vehicle: str, angles: dict[str, float], *, static: bool) -> None:
        """Write where links are in their robot: those that never move once."""
        robot = self._robots[vehicle]
        moving: set[str] = set()
        for link in robot.links:    # parents come first
            if link.joint or link.parent in moving:
                moving.add(link.name)
        for name, pose in robot.link_poses(angles).items():
            if (name in moving) is not static:
                self._out.log(f'world/{vehicle}/{_leaf(name)}', rr.Transform3D(
                    translation=pose[:3, 3], mat3x3=pose[:3, :3]), static=static)

    def _true(self, vehicle: str, message: Any) -> None:
        pose = fields.pose_of(message.pose.pose)
        latest = self._truth.setdefault(vehicle, {})
        latest[fields.nanoseconds(message.header.stamp)] = pose.p
        if len(latest) > 20:    # the estimate of the same instant comes a tick or two later
            del latest[next(iter(latest))]
        if self._due(f'{vehicle} truth', message, MOTION):
            self._out.log(f'world/{vehicle}', rr.Transform3D(
                translation=pose.p, quaternion=_xyzw(pose)))
            self._extend(f'world/paths/{vehicle}/true', pose.p, TRUE, 0.04)
            self._plot(vehicle, 'altitude', 'true', pose.p[2])
            self._plot(vehicle, 'speed', 'true', fields.speed_of(message))

    def _estimate(self, vehicle: str, message: Any) -> None:
        if not self._due(f'{vehicle} estimate', message, MOTION):
            return
        odom = self._odom.get(vehicle, Pose(np.zeros(3), np.array([1.0, 0.0, 0.0, 0.0])))
        pose = fields.pose_of(message.pose.pose)
        p = fields.moved(odom, pose.p)
        half, q = fields.ellipsoid(fields.covariance_of(message))
        self._out.log(f'world/estimates/{vehicle}', rr.Ellipsoids3D(
            centers=[p], half_sizes=[half], colors=[(*ESTIMATED, 90)], fill_mode='solid',
            quaternions=[_xyzw(Pose(p, compose(odom.q, q)))]))
        self._extend(f'world/paths/{vehicle}/estimated', p, ESTIMATED, 0.025)
        self._plot(vehicle, 'altitude', 'estimated', p[2])
        self._plot(vehicle, 'speed', 'estimated', fields.speed_of(message))
        truth = self._truth.get(vehicle, {}).get(fields.nanoseconds(message.header.stamp))
        if truth is not None:
            self._plot(vehicle, 'error', 'error', float(np.linalg.norm(p - truth)))
            self._plot(vehicle, 'error', 'three_sigma', float(np.linalg.norm(half)))

    def _extend(self, entity: str, p: Vector3, colour: tuple[int, ...], radius: float) -> None:
        trail = self._trails.setdefault(entity, Trail(TRAIL_SPACING))
        if trail.add(p) and len(trail.points) > 1:
            self._out.log(entity, rr.LineStrips3D([trail.points], colors=[colour], radii=[radius]))

    def _plan(self, vehicle: str, message: Any) -> None:
        points = fields.points_of(message)
        self._out.log(f'world/paths/{vehicle}/planned', rr.LineStrips3D(
            [points] if len(points) else [], colors=[PLANNED], radii=[0.02]))

    def _battery(self, vehicle: str, message: Any) -> None:
        self._plot(vehicle, 'power', 'drawn', -float(message.voltage) * float(message.current))
        self._plot(vehicle, 'battery', 'charge', 100.0 * float(message.percentage))

    def _plot(self, vehicle: str, quantity: str, line: str, value: float) -> None:
        """Write a point of a line; of helicopters, or where shapes are not known."""
        if vehicle not in self._robots or vehicle in self.helicopters:
            self._out.log(f'plots/{quantity}/{vehicle}/{line}', rr.Scalars(float(value)))

    def _navigation_image(self, vehicle: str, message: Any) -> None:
        if message.encoding != 'mono8' or not self._due(f'{vehicle} images', message, IMAGES):
            return
        pixels = np.asarray(message.data, np.uint8).reshape(message.height, message.step)
        _, jpeg = cv2.imencode('.jpg', np.ascontiguousarray(pixels[:, :message.width]),
                               [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY])
        self._out.log(f'{vehicle}/navcam', rr.EncodedImage(
            contents=jpeg.tobytes(), media_type='image/jpeg'))

    def _features(self, vehicle: str, message: Any) -> None:
        if self._due(f'{vehicle} features', message, IMAGES):
            found = fields.cloud_of(message, ('u', 'v', 'age'))
            self._out.log(f'{vehicle}/navcam/features', rr.Points2D(
                np.stack([found['u'], found['v']], axis=1), radii=rr.Radius.ui_points(3.0),
                colors=_age_colours(found['age'])))

    def _photo(self, name: str, vehicle: str, message: Any) -> None:
        """Write a photo, or an image of the mast camera, as it came."""
        self._out.log(f'{vehicle}/{name}', rr.EncodedImage(
            contents=np.asarray(message.data, np.uint8).tobytes(), media_type='image/jpeg'))

    def _text(self, name: str, vehicle: str, message: Any) -> None:
        entity = f'log/{vehicle}/{name}' if vehicle else f'log/{name}'
        self._out.log(entity, rr.TextLog(message.data))

    def _ground(self, name: str, _: str, message: Any) -> None:
        """Write ground or rocks; their light is in their colours, so that they have no normals."""
        points, colours = fields.triangles_of(message)
        corners, index = np.unique(np.column_stack([points, colours]), axis=0,
                                   return_inverse=True)
        self._out.log(f'world/{name}', rr.Mesh3D(
            vertex_positions=corners[:, :3], vertex_colors=corners[:, 3:].astype(np.uint8),
            triangle_indices=index.reshape(-1, 3)), static=True)

    def _heights(self, _: str, message: Any) -> None:
        found = fields.cloud_of(message, ('x', 'y', 'z', 'rgb'))
        rgb = np.ascontiguousarray(found['rgb']).view(np.uint32)
        self._out.log('world/heights_from_air', rr.Points3D(
            np.stack([found[axis] for axis in 'xyz'], axis=1), radii=0.05,
            colors=np.stack([rgb >> 16 & 255, rgb >> 8 & 255, rgb & 255], axis=1)))

    def _transforms(self, _: str, message: Any) -> None:
        for one in message.transforms:
            vehicle, _, leaf = one.child_frame_id.rpartition('/')
            if one.header.frame_id == MAP and leaf == 'odom':
                self._odom[vehicle] = fields.transform_of(one.transform)


def _leaf(link: str) -> str:
    return link.rpartition('/')[2]


def _xyzw(pose: Pose) -> rr.Quaternion:
    w, x, y, z = pose.q
    return rr.Quaternion(xyzw=[x, y, z, w])


def _age_colours(age: NDArray[np.generic]) -> NDArray[np.uint8]:
    """Return colours from orange, just found, to green, tracked for long; (n, 3)."""
    u = np.clip(age.astype(np.float64) / OLD_FEATURE, 0.0, 1.0)[:, None]
    return np.asarray((1.0 - u) * [255, 140, 40] + u * [70, 255, 120]).astype(np.uint8)

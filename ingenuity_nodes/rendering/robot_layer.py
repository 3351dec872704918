# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""Robots: drawn link by link, with their shadows on the ground and on themselves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ingenuity_nodes.cameras.model import CameraModel
from ingenuity_nodes.frames import Matrix3, rotation_matrix, Vector3
from ingenuity_nodes.rendering.gl import program
from ingenuity_nodes.rendering.ground_layer import set_uniforms
from ingenuity_nodes.rendering.mesh import BODY_COLUMNS, link_triangles
from ingenuity_nodes.rendering.scene import Body, Scene
from ingenuity_nodes.robots.parts import Matrix4
from ingenuity_nodes.robots.shapes import robot
import moderngl
import numpy as np
from numpy.typing import NDArray

_SELF_SHADOW = 5           # texture unit
_SHADOW_SIZE = 1024        # [px]
_REACH = {'helicopter': 0.8, 'rover': 2.1}   # [m] radius of a sphere around the robot
_MIDDLE = {'helicopter': 0.0, 'rover': 1.0}  # [m] its centre above the body's origin


@dataclass
class _Placed:
    body: Body
    poses: dict[str, Matrix4]
    sun_view: Matrix4
    floor: tuple[float, ...]
    seen: bool
    shadow: moderngl.Texture


class RobotLayer:
    """Hold the meshes on the GPU, and draw robots and their shadows."""

    def __init__(self, context: moderngl.Context, shared: tuple[str, ...]) -> None:
        self._context = context
        self._shader = program(context, 'body.vert', 'body.frag', *shared)
        self._shadow_shader = program(
            context, 'body_shadow.vert', 'shadow.frag', *shared, 'shadow.glsl')
        self._depth = program(context, 'depth.vert', 'depth.frag')
        self._arrays: dict[tuple[str, str], tuple[moderngl.VertexArray, ...]] = {}
        self._maps: list[moderngl.Texture] = []
        self._placed: list[_Placed] = []

    def update(self, bodies: Sequence[Body], scene: Scene, camera: CameraModel, R_MC: Matrix3,
               p_MC: Vector3, *, shade: bool) -> None:
        """Set the poses of the robots in view; with ``shade`` they cast shadows on themselves."""
        self._placed = []
        for k, body in enumerate(bodies):
            root = np.eye(4)
            root[:3, :3], root[:3, 3] = rotation_matrix(body.q_MB), body.p_MB
            centre = root[:3, 3] + root[:3, :3] @ [0.0, 0.0, _MIDDLE[body.kind]]
            floor, touch = floor_under(centre, scene)
            seen = in_sight(centre, _REACH[body.kind], camera, R_MC, p_MC)
            if not seen and not in_sight(touch, 1.5 * _REACH[body.kind], camera, R_MC, p_MC):
                continue
            poses = {
                name: root @ pose
                for name, pose in body.robot.link_poses(body.joints).items()
            }
            view = sun_view(centre, scene.sun.direction_M, _REACH[body.kind])
            placed = _Placed(body, poses, view, floor, seen, self._map(k))
            if seen and shade:
                self._draw_depth(placed)
            self._placed.append(placed)

    def _map(self, k: int) -> moderngl.Texture:
        while len(self._maps) <= k:
            texture = self._context.depth_texture((_SHADOW_SIZE, _SHADOW_SIZE))
            texture.compare_func = '<='
            texture.filter = (moderngl.LINEAR, moderngl.LINEAR)
            frame = self._context.framebuffer(depth_attachment=texture)
            frame.clear(depth=1.0)
            frame.release()
            self._maps.append(texture)
        return self._maps[k]

    def _draw_depth(self, placed: _Placed) -> None:
        frame = self._context.framebuffer(depth_attachment=placed.shadow)
        frame.use()
        frame.clear(depth=1.0)
        self._context.disable(moderngl.BLEND)
        self._context.enable(moderngl.DEPTH_TEST)
        set_uniforms(self._depth, {'sunView': columns(placed.sun_view)})
        for _, _, array in self._links(placed, self._depth):
            array.render()
        frame.release()

    def _links(self, placed: _Placed,
               shader: moderngl.Program) -> list[tuple[str, Matrix4, moderngl.VertexArray]]:
        kind = placed.body.kind
        found = []
        which = (self._shader, self._shadow_shader, self._depth).index(shader)
        for name, pose in placed.poses.items():
            arrays = self._arrays_of(kind).get(name)
            if arrays is not None:
                found.append((name, pose, arrays[which]))
        return found

    def _arrays_of(self, kind: str) -> dict[str, tuple[moderngl.VertexArray, ...]]:
        if not any(key[0] == kind for key in self._arrays):
            for name, triangles in link_triangles(robot(kind)).items():
                buffer = self._context.buffer(triangles.tobytes())
                painted = (buffer, '3f 3f 3f 2f', 'position', 'normal', 'paint', 'surface')
                bare = (buffer, f'3f {4 * (BODY_COLUMNS - 3)}x', 'position')
                self._arrays[kind, name] = (
                    self._context.vertex_array(self._shader, [painted]),
                    self._context.vertex_array(self._shadow_shader, [bare]),
                    self._context.vertex_array(self._depth, [bare]))
        return {name: arrays for (k, name), arrays in self._arrays.items() if k == kind}

    def draw(self, values: Mapping[str, object]) -> None:
        """Draw the robots of the last update."""
        set_uniforms(self._shader, {**values, 'selfShadow': _SELF_SHADOW})
        for placed in self._placed:
            if not placed.seen:
                continue
            placed.shadow.use(_SELF_SHADOW)
            set_uniforms(self._shader, {'sunView': columns(placed.sun_view)})
            for _, pose, array in self._links(placed, self._shader):
                self._shader['pose'] = columns(pose)
                array.render()

    def draw_depth(self, sun_view: tuple[float, ...]) -> None:
        """Draw their depth from the sun's direction into a map that rocks are drawn into, too."""
        set_uniforms(self._depth, {'sunView': sun_view})
        for placed in self._placed:
            for _, pose, array in self._links(placed, self._depth):
                self._depth['pose'] = columns(pose)
                array.render()

    def draw_shadows(self, values: Mapping[str, object]) -> None:
        """Draw their shadows on the ground."""
        set_uniforms(self._shadow_shader, {**values, 'halo': 0.0})
        for placed in self._placed:
            set_uniforms(self._shadow_shader, {'floorPlane': placed.floor})
            for _, pose, array in self._links(placed, self._shadow_shader):
                self._shadow_shader['pose'] = columns(pose)
                array.render()


def floor_under(centre: Vector3, scene: Scene) -> tuple[tuple[float, ...], Vector3]:
    """Return the plane tangent to the ground where the shadow of a point falls, and that point."""
    sun = scene.sun.direction_M
    touch = np.array(centre, dtype=np.float64)
    for _ in range(3):
        height = scene.terrain.height(touch[0], touch[1])
        touch = centre - sun / max(float(sun[2]), 0.05) * max(float(centre[2]) - height, 0.0)
    touch[2] = scene.terrain.height(touch[0], touch[1])
    normal = scene.terrain.normal(touch[0], touch[1])
    return (*(float(value) for value in normal), float(normal @ touch)), touch


def in_sight(centre: Vector3, radius: float, camera: CameraModel, R_MC: Matrix3,
             p_MC: Vector3) -> bool:
    """Return whether a sphere may be visible in the image."""
    away = centre - p_MC
    distance = float(np.linalg.norm(away))
    if distance < 1.5 * radius:
        return True
    uv = camera.project(away @ R_MC)[0]
    margin = 1.5 * radius / distance / camera.pixel_angle
    return bool(
        np.all(uv > -margin) and uv[0] < camera.width + margin and uv[1] < camera.height + margin)


def columns(matrix: NDArray[np.float64]) -> tuple[float, ...]:
    """Flatten a matrix in column-major order, as shaders expect it."""
    return tuple(float(value) for value in matrix.T.ravel())


def sun_view(centre: Vector3, toward_sun: Vector3, reach: float) -> Matrix4:
    """Map a sphere around ``centre`` to -1..1 as seen from the sun, nearest to the sun at -1."""
    right = np.cross([0.0, 1.0, 0.0] if abs(toward_sun[1]) < 0.9 else [1.0, 0.0, 0.0], toward_sun)
    right /= np.linalg.norm(right)
    view = np.eye(4)
    view[:3, :3] = np.array([right, np.cross(toward_sun, right), -toward_sun]) / reach
    view[:3, 3] = -view[:3, :3] @ centre
    return view

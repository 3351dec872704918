# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""
The URDF files, written from the parts that the cameras draw and the positions of the sensors.

``python -m ingenuity_nodes.robots.urdf_writer`` writes them anew; a test fails when they
no longer agree.
"""

from __future__ import annotations

from collections.abc import Iterable
import math
from pathlib import Path
from xml.sax.saxutils import quoteattr

from ingenuity_nodes.cameras.model import CameraModel, mastcam, navcam, rte
from ingenuity_nodes.frames import compose, quaternion_from_rpy, rpy_from_quaternion
from ingenuity_nodes.resources import configuration
from ingenuity_nodes.robots.ingenuity import ingenuity
from ingenuity_nodes.robots.parts import Link, Part, Robot, Triple
from ingenuity_nodes.robots.perseverance import perseverance
from ingenuity_nodes.rover.suspension import SIDES
from ingenuity_nodes.sensors.altimeter import AltimeterParameters
from ingenuity_nodes.sensors.imu import ImuParameters, LowerImuParameters
import numpy as np

# From an optical frame (right, down, forward) to its camera link (forward, left, up): REP 103.
OPTICAL_RPY = (-math.pi / 2, 0.0, -math.pi / 2)
# [rad] assumed: as wide as the mast turns without winding up its cables, zenith to nadir; wheels a
# quarter turn to either side, rockers and bogies 0.6 as far as the arms leave room
LIMITS = {
    'mast_azimuth_joint': (-math.pi, math.pi),
    'mast_elevation_joint': (-math.pi / 2, math.pi / 2),
    'antenna_joint': (-math.pi, math.pi),
    **{f'{part}_{side}_joint': (-0.6, 0.6) for part in ('rocker', 'bogie') for side in SIDES},
    **{f'{axle}_{side}_steering_joint': (-math.pi / 2, math.pi / 2)
       for axle in ('front', 'rear') for side in SIDES},
}
EFFORT, SPEED = 10.0, 0.1    # [N m], [rad/s] assumed: URDF demands them, nothing here uses them


def ingenuity_urdf() -> str:
    """Describe the helicopter with its sensors."""
    upper, lower = ImuParameters(), LowerImuParameters()
    return urdf_text(ingenuity(), (
        Link('imu_link', 'base_link', upper.position, upper.mounting),
        Link('imu_2_link', 'base_link', lower.position, lower.mounting),
        # A range is measured along x (sensor_msgs/Range): the beam points down.
        Link('altimeter_link', 'base_link', AltimeterParameters().position, (0, math.pi / 2, 0)),
        *camera_links('navcam', 'base_link', navcam()),
        *camera_links('rte', 'base_link', rte())))


def perseverance_urdf() -> str:
    """Describe the rover with its mast camera."""
    return urdf_text(perseverance(), camera_links('mastcam_left', 'mast_head', mastcam()))


ROBOTS = {'ingenuity': ingenuity_urdf, 'perseverance': perseverance_urdf}


def camera_links(name: str, carrier: str, model: CameraModel) -> tuple[Link, Link]:
    """Put a camera link (forward, left, up) and its optical frame on a carrier."""
    forward, left, up = (float(value) for value in model.p_BC)
    q_CL = quaternion_from_rpy(*OPTICAL_RPY) * np.array([1.0, -1.0, -1.0, -1.0])
    rpy = rpy_from_quaternion(compose(model.q_BC, q_CL))
    return (Link(f'{name}_link', carrier, (forward, left, up), rpy),
            Link(f'{name}_optical_frame', f'{name}_link', rpy=OPTICAL_RPY))


def urdf_text(robot: Robot, frames: Iterable[Link]) -> str:
    """Write a robot's parts and further frames as a URDF."""
    lines = ['<?xml version="1.0"?>',
             '<!-- Written by "python -m ingenuity_nodes.robots.urdf_writer" from the parts that',
             '     the cameras draw; change those, not this file. -->',
             f'<robot name={quoteattr(robot.name)}>']
    for colour in {_material(part.colour): part.colour for part in robot.parts}.values():
        lines.append(f'  <material name="{_material(colour)}">'
                     f'<color rgba="{_numbers(_display(colour))} 1"/></material>')
    for link in (*robot.links, *frames):
        lines += _link(link, [part for part in robot.parts if part.link == link.name])
        if link.parent:
            lines += _joint(link)
    return '\n'.join([*lines, '</robot>', ''])


def _link(link: Link, parts: list[Part]) -> list[str]:
    if not parts:
        return [f'  <link name="{link.name}"/>']
    visuals = [line for part in parts for line in _visual(part)]
    return [f'  <link name="{link.name}">', *visuals, '  </link>']


def _visual(part: Part) -> list[str]:
    size = part.size
    shape = {
        'box': f'<box size="{_numbers(size)}"/>',
        'cylinder': f'<cylinder radius="{_number(size[0])}" length="{_number(size[1])}"/>',
        'sphere': f'<sphere radius="{_number(size[0])}"/>',
    }[part.shape]
    return [f'    <visual name="{part.name}">',
            f'      <origin xyz="{_numbers(part.xyz)}" rpy="{_numbers(part.rpy)}"/>',
            f'      <geometry>{shape}</geometry>',
            f'      <material name="{_material(part.colour)}"/>',
            '    </visual>']


def _joint(link: Link) -> list[str]:
    name = link.joint or f'{link.name}_joint'
    kind = 'fixed' if not link.joint else 'revolute' if name in LIMITS else 'continuous'
    lines = [f'  <joint name="{name}" type="{kind}">',
             f'    <parent link="{link.parent}"/>',
             f'    <child link="{link.name}"/>',
             f'    <origin xyz="{_numbers(link.xyz)}" rpy="{_numbers(link.rpy)}"/>']
    if link.joint:
        lines.append(f'    <axis xyz="{_numbers(link.axis)}"/>')
    if name in LIMITS:
        low, high = LIMITS[name]
        lines.append(f'    <limit lower="{_number(low)}" upper="{_number(high)}" '
                     f'effort="{EFFORT:g}" velocity="{SPEED:g}"/>')
    return [*lines, '  </joint>']


def _numbers(values: Iterable[float]) -> str:
    return ' '.join(_number(value) for value in values)


def _number(value: float) -> str:
    return f'{round(value, 12) + 0.0:.15g}'    # + 0.0: never '-0'


def _material(colour: Triple) -> str:
    return 'colour_' + ''.join(f'{round(255 * value):02x}' for value in _display(colour))


def _display(colour: Triple) -> Triple:
    """Convert reflectance to display values (IEC 61966-2-1)."""
    red, green, blue = (
        round(12.92 * c if c <= 0.0031308 else 1.055 * c ** (1 / 2.4) - 0.055, 3) for c in colour)
    return red, green, blue


def main() -> None:
    """Write the files."""
    for name, text in ROBOTS.items():
        path: Path = configuration(f'{name}.urdf')
        path.write_text(text())
        print(path)


if __name__ == '__main__':
    main()

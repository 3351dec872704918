# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""The links and joints of a URDF, as tf needs them."""

from __future__ import annotations

from dataclasses import dataclass
import math
from xml.etree import ElementTree

from ingenuity_nodes.frames import compose, frame, quaternion_from_rpy, QuatWxyz, Vector3
from ingenuity_nodes.robots.urdf_reader import joint_of
import numpy as np


@dataclass(frozen=True)
class Joint:
    """What holds a child link on its parent link."""

    name: str
    kind: str          # 'fixed', 'continuous' or 'revolute'
    parent: str
    child: str
    p_PC: Vector3      # [m]
    q_PC: QuatWxyz     # at angle 0
    axis: Vector3      # unit vector, written in the child

    @property
    def movable(self) -> bool:
        """Return whether the joint turns."""
        return self.kind != 'fixed'

    def attitude(self, angle: float) -> QuatWxyz:
        """Return the attitude ``q_PC`` of the child in the parent at a joint angle [rad]."""
        half = angle / 2
        return compose(self.q_PC, np.array([math.cos(half), *(math.sin(half) * self.axis)]))


def joints_of(text: str) -> tuple[Joint, ...]:
    """List the joints of a URDF in the order of the file."""
    return tuple(_joint(element) for element in ElementTree.fromstring(text).findall('joint'))


def prefixed(text: str, vehicle: str) -> str:
    """Rename the links to the tf frames of one vehicle, so that two of a kind can fly together."""
    root = ElementTree.fromstring(text)
    root.set('name', vehicle)
    for element in root.findall('link'):
        element.set('name', frame(vehicle, element.attrib['name']))
    for element in (*root.findall('joint/parent'), *root.findall('joint/child')):
        element.set('link', frame(vehicle, element.attrib['link']))
    return ElementTree.tostring(root, encoding='unicode')


def _joint(element: ElementTree.Element) -> Joint:
    read = joint_of(element)
    return Joint(read.name, read.kind, read.parent, read.child, np.array(read.xyz),
                 quaternion_from_rpy(*read.rpy), np.array(read.axis))

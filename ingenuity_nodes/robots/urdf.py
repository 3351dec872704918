# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""The links and joints of a URDF, as tf needs them."""

from __future__ import annotations

from dataclasses import dataclass
import math
from xml.etree import ElementTree

from ingenuity_nodes.frames import compose, frame, quaternion_from_rpy, QuatWxyz, Vector3
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
    return Joint(
        element.attrib['name'], element.attrib['type'],
        element.find('parent').attrib['link'],    # type: ignore[union-attr]
        element.find('child').attrib['link'],     # type: ignore[union-attr]
        _triple(element.find('origin'), 'xyz', '0 0 0'),
        quaternion_from_rpy(*(float(a) for a in _triple(element.find('origin'), 'rpy', '0 0 0'))),
        _triple(element.find('axis'), 'xyz', '1 0 0'))


def _triple(element: ElementTree.Element | None, key: str, default: str) -> Vector3:
    text = default if element is None else element.get(key, default)
    return np.array([float(word) for word in text.split()])

# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""Reads a URDF of boxes, cylinders and spheres as a robot of named parts."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple
from xml.etree import ElementTree

from ingenuity_nodes.robots.parts import Link, Part, Robot, Triple

GREY: Triple = (0.6, 0.6, 0.6)    # of parts without a material


class UrdfError(ValueError):
    """The text is no URDF; the message says why."""


def read_robot(text: str) -> Robot:
    """
    Read links, joints and primitive shapes; meshes are left out.

    Raises
    ------
    UrdfError
        No XML, no robot in it, or joints that form no tree.

    """
    try:
        root = ElementTree.fromstring(text)
        materials = {one.attrib['name']: _colour(one, {}) for one in root.findall('material')}
        names = [element.attrib['name'] for element in root.findall('link')]
        joints = {link.name: link for link in map(_link, root.findall('joint'))}
        parts = tuple(part for element in root.findall('link')
                      for part in _parts(element, materials))
    except (ElementTree.ParseError, KeyError, ValueError, AttributeError) as error:
        raise UrdfError(f'robot description: found no URDF: {error}') from error
    ordered: list[Link] = [Link(name, '') for name in names if name not in joints]
    if len(ordered) != 1:
        raise UrdfError(f'robot description: found {len(ordered)} roots, allowed: one')
    for parent in ordered:    # grows while it is read: parents before children
        ordered += [joints[name] for name in names
                    if name in joints and joints[name].parent == parent.name]
    return Robot(root.get('name', ''), tuple(ordered), parts)


class JointElement(NamedTuple):
    """What a URDF says of a joint."""

    name: str
    kind: str      # 'fixed', 'continuous', 'revolute', ...
    parent: str
    child: str
    xyz: Triple    # of the child in the parent [m]
    rpy: Triple    # [rad]
    axis: Triple   # written in the child


def joint_of(element: ElementTree.Element) -> JointElement:
    """
    Read a joint.

    Raises
    ------
    KeyError, ValueError
        Something is missing, or no number.

    """
    parent, child, axis = (element.find(word) for word in ('parent', 'child', 'axis'))
    if parent is None or child is None:
        raise ValueError(f"joint {element.get('name')} without parent or child")
    xyz, rpy = _origin(element)
    return JointElement(
        element.attrib['name'], element.attrib['type'], parent.attrib['link'],
        child.attrib['link'], xyz, rpy,
        _triple('1 0 0' if axis is None else axis.get('xyz', '1 0 0')))


def _link(element: ElementTree.Element) -> Link:
    joint = joint_of(element)
    moves = joint.kind in ('revolute', 'continuous')
    return Link(joint.child, joint.parent, joint.xyz, joint.rpy, joint.name if moves else '',
                joint.axis)


def _parts(link: ElementTree.Element, materials: dict[str, Triple]) -> Iterator[Part]:
    for visual in link.findall('visual'):
        xyz, rpy = _origin(visual)
        for shape in visual.findall('geometry/*'):
            if shape.tag == 'box':
                size = _triple(shape.attrib['size'])
            elif shape.tag in ('cylinder', 'sphere'):
                size = (float(shape.attrib['radius']), float(shape.get('length', 0.0)), 0.0)
            else:
                continue
            yield Part(visual.get('name', ''), link.attrib['name'], shape.tag, size, xyz, rpy,
                       _colour(visual.find('material'), materials))


def _colour(material: ElementTree.Element | None, known: dict[str, Triple]) -> Triple:
    if material is None:
        return GREY
    colour = material.find('color')
    if colour is None:
        return known.get(material.get('name', ''), GREY)
    return _triple(' '.join(colour.attrib['rgba'].split()[:3]))


def _origin(element: ElementTree.Element) -> tuple[Triple, Triple]:
    origin = element.find('origin')
    if origin is None:
        return (0.0, 0.0, 0.0), (0.0, 0.0, 0.0)
    return _triple(origin.get('xyz', '0 0 0')), _triple(origin.get('rpy', '0 0 0'))


def _triple(text: str) -> Triple:
    a, b, c = (float(word) for word in text.split())
    return a, b, c

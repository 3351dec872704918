# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""Our nodes leave rclpy's own attributes alone."""

import ast
from pathlib import Path

import pytest

rclpy = pytest.importorskip('rclpy', reason='rclpy is not importable: no ROS 2 here')

NODES = sorted((Path(__file__).resolve().parent.parent / 'ingenuity_nodes' / 'nodes').glob('*.py'))


def node_classes(path):
    """Find the classes in a file that are nodes."""
    for element in ast.walk(ast.parse(path.read_text())):
        if isinstance(element, ast.ClassDef) and any(
                getattr(base, 'id', '') in ('Node', 'MemberNode') for base in element.bases):
            yield element


def own_names(element):
    """Find what a class assigns to itself and the methods it defines."""
    for part in ast.walk(element):
        if isinstance(part, ast.Attribute) and isinstance(part.ctx, ast.Store) \
                and getattr(part.value, 'id', '') == 'self':
            yield part.attr
        elif isinstance(part, ast.FunctionDef) and not extends(part):
            yield part.name


def extends(method):
    """Return whether a method does what that of the base class does, and more."""
    return f'super().{method.name}(' in ast.unparse(method)


def test_no_node_overwrites_what_rclpy_keeps_under_the_same_name():
    context = rclpy.Context()
    rclpy.init(context=context)
    plain = rclpy.create_node('plain', context=context)
    taken = set(dir(plain))
    plain.destroy_node()
    rclpy.try_shutdown(context=context)
    found = {element.name: sorted(set(own_names(element)) & taken)
             for path in NODES for element in node_classes(path)}
    assert len(found) >= 7
    assert {name: names for name, names in found.items() if names} == {}

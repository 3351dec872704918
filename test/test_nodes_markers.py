# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""Ground, rocks and the mission's shapes as markers."""

from __future__ import annotations

import numpy as np
import pytest

serialization = pytest.importorskip(
    'rclpy.serialization', reason='rclpy is not importable: no ROS 2 here')

from ingenuity_nodes.mission.display import LINES, Shape, SPHERE, TEXT  # noqa
from ingenuity_nodes.nodes.conversions.markers import triangles_cdr  # noqa: E402
from ingenuity_nodes.nodes.conversions.shapes import (  # noqa: E402
    deletions, position_from, shape_marker)
from ingenuity_nodes.rendering.ground_view import Triangles  # noqa: E402
from nav_msgs.msg import Odometry  # noqa: E402
from visualization_msgs.msg import Marker  # noqa: E402


def triangles(count, seed=5):
    rng = np.random.default_rng(seed)
    return Triangles(rng.normal(0.0, 50.0, (3 * count, 3)), rng.uniform(0.0, 1.0, (3 * count, 3)))


@pytest.mark.parametrize('count', [0, 1, 2, 7, 1000])
@pytest.mark.parametrize('name', ['rocks', 'terrain', 'a', 'ab', 'abc'])    # of any alignment
def test_triangles_arrive_as_they_were_and_nothing_else_is_in_the_message(count, name):
    sent = triangles(count)
    marker = serialization.deserialize_message(triangles_cdr(name, sent), Marker)
    assert np.array([(p.x, p.y, p.z) for p in marker.points]).reshape(-1, 3).tolist() == (
        sent.p_M.tolist())
    assert np.array([(c.r, c.g, c.b) for c in marker.colors]).reshape(-1, 3) == pytest.approx(
        sent.colour)
    assert all(colour.a == 1.0 for colour in marker.colors)
    assert (marker.ns, marker.type, marker.header.frame_id) == (name, Marker.TRIANGLE_LIST, 'map')
    assert marker.pose.orientation.w == 1.0 and marker.scale.x == 1.0
    assert (marker.text, marker.mesh_resource, len(marker.uv_coordinates)) == ('', '', 0)


def test_the_message_is_as_long_as_that_which_rclpy_would_write():
    # Its bytes differ: what pads them is not set to anything.
    cdr = triangles_cdr('terrain', triangles(3))
    marker = serialization.deserialize_message(cdr, Marker)
    again = bytes(serialization.serialize_message(marker))
    assert len(again) == len(cdr)
    assert serialization.deserialize_message(again, Marker) == marker


def test_each_kind_of_shape_becomes_a_marker_that_rviz_can_draw():
    points = np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])
    colour = (0.1, 0.2, 0.3, 0.4)
    sphere = shape_marker(5, Shape('a', 1, SPHERE, points[:1], 2.5, colour))
    lines = shape_marker(5, Shape('b', 2, LINES, points, 0.1, colour))
    text = shape_marker(5, Shape('c', 3, TEXT, points[:1], 0.5, colour, 'go'))
    assert (sphere.type, lines.type, text.type) == (
        Marker.SPHERE, Marker.LINE_LIST, Marker.TEXT_VIEW_FACING)
    assert sphere.scale.x == sphere.scale.y == sphere.scale.z == 2.5
    assert (sphere.pose.position.x, sphere.pose.position.z) == (1.0, 3.0)
    assert [(p.x, p.y, p.z) for p in lines.points] == [(1.0, 2.0, 3.0), (4.0, 5.0, 6.0)]
    assert (lines.scale.x, text.scale.z, text.text) == (0.1, 0.5, 'go')
    assert [(m.ns, m.id) for m in (sphere, lines, text)] == [('a', 1), ('b', 2), ('c', 3)]
    assert all(m.pose.orientation.w == 1.0 and m.color.a == pytest.approx(0.4)
               for m in (sphere, lines, text))


def odometry(x=1.0, variance=0.04):
    message = Odometry()
    message.pose.pose.position.x = x
    message.pose.covariance[7] = variance
    return message


def test_a_position_comes_with_its_largest_standard_deviation():
    p_MB, sigma = position_from(odometry())
    assert p_MB.tolist() == [1.0, 0.0, 0.0]
    assert sigma == pytest.approx(0.2)


@pytest.mark.parametrize('wrong', [
    odometry(float('nan')), odometry(float('inf')), odometry(-1e9),
    odometry(variance=float('nan')), odometry(variance=float('inf'))],
    ids=['nan', 'inf', 'far', 'sigma nan', 'sigma inf'])
def test_what_is_no_position_on_the_map_is_not_drawn(wrong):
    assert position_from(wrong) is None


def test_what_is_gone_is_deleted_by_namespace_and_number():
    (marker,) = deletions(5, {('scout separation', 0)})
    assert (marker.ns, marker.id, marker.action) == ('scout separation', 0, Marker.DELETE)

# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""The mission for people: markers twice a second, and the paths that rovers are sent."""

from __future__ import annotations

from collections.abc import Mapping

from ingenuity_nodes import frames
from ingenuity_nodes.mission.control import MissionOutputs
from ingenuity_nodes.mission.display import laid_on, MissionDisplay
from ingenuity_nodes.nodes.conversions.cdr import from_cdr
from ingenuity_nodes.nodes.conversions.geometry import path_message
from ingenuity_nodes.nodes.conversions.shapes import (
    deletions, Key, position_from, shape_marker)
from ingenuity_nodes.nodes.member import MemberNode
from ingenuity_nodes.nodes.membership import LATCHED
from ingenuity_nodes.timing import SECOND_NS
from ingenuity_nodes.world.terrain import Terrain
from nav_msgs.msg import Odometry, Path
from rclpy.qos import QoSProfile, ReliabilityPolicy
from visualization_msgs.msg import MarkerArray

PERIOD_NS = SECOND_NS // 2
ALL_NS = 10 * SECOND_NS    # between those with what does not change, for bags played from within
# The newest will do: read only when markers are due, a hundredth of a core at the rate they come.
NEWEST = QoSProfile(depth=1, reliability=ReliabilityPolicy.BEST_EFFORT)


class MissionView:
    """The publishers of mission control for viewers; nothing comes back from them."""

    def __init__(self, node: MemberNode, display: MissionDisplay, terrain: Terrain) -> None:
        self._display, self._terrain = display, terrain
        self._markers = node.create_publisher(MarkerArray, '/mission/markers', LATCHED)
        self._poses = [shape_marker(0, shape) for shape in display.poses]
        self._newest: dict[str, bytes] = {}    # odometry of each vehicle
        self._drawn: set[Key] = set()
        self._decision, self._audience = '', 0
        scenario = node.scenario
        for vehicle in scenario.vehicles:
            node.create_subscription(
                Odometry, f'/{vehicle.name}/odometry',
                lambda cdr, name=vehicle.name: self._newest.update({name: cdr}), NEWEST, raw=True)
        self._starts = {rover.name: rover.position for rover in scenario.rovers}
        self._paths = {
            rover.name: node.create_publisher(Path, f'/{rover.name}/planned_path', LATCHED)
            for rover in scenario.rovers}

    def publish(self, t_ns: int, outputs: MissionOutputs, phases: Mapping[str, str]) -> None:
        """Publish what is due after one tick."""
        self._decision = next(reversed(outputs.log), self._decision)
        if outputs.rover_paths:
            self._publish_paths(t_ns, outputs)
        if t_ns % PERIOD_NS == 0:
            self._publish_markers(t_ns, phases)

    def _publish_paths(self, t_ns: int, outputs: MissionOutputs) -> None:
        for name, sent in outputs.rover_paths.items():
            for path in sent:
                where = self._where().get(name)
                start = self._starts[name] if where is None else tuple(where[0][:2].tolist())
                self._paths[name].publish(path_message(
                    t_ns, frames.MAP, laid_on(self._terrain, [start, *path.points])))

    def _publish_markers(self, t_ns: int, phases: Mapping[str, str]) -> None:
        audience, before = self._markers.get_subscription_count(), self._audience
        self._audience = audience
        if not audience:
            return
        poses = self._poses if audience > before or t_ns % ALL_NS == 0 else []
        shapes = self._display.shapes(self._where(), phases, self._decision)
        keys = {(shape.layer, shape.number) for shape in shapes}
        self._markers.publish(MarkerArray(markers=[
            *poses, *(shape_marker(t_ns, shape) for shape in shapes),
            *deletions(t_ns, self._drawn - keys)]))
        self._drawn = keys

    def _where(self) -> dict[str, tuple[frames.Vector3, float]]:
        """Return position and its standard deviation of each vehicle, as it believes."""
        found = {}
        for name, cdr in self._newest.items():
            try:
                where = position_from(from_cdr(cdr, Odometry))
            except ValueError:
                continue    # of a stranger: the next one counts
            if where is not None:
                found[name] = where
        return found

# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""What the recorder notes of a mission for the report: decisions, paths, captions, the map."""

from __future__ import annotations

from collections.abc import Callable
import re

from ingenuity_nodes.nodes.conversions.cdr import from_cdr
from ingenuity_nodes.nodes.conversions.changes import change_from
from ingenuity_nodes.nodes.conversions.driving import path_from
from ingenuity_nodes.nodes.conversions.maps import map_from
from ingenuity_nodes.nodes.live_parameters import CHANGES, CHANGES_QOS
from ingenuity_nodes.nodes.membership import LATCHED
from ingenuity_nodes.nodes.participant import COUNTED
from ingenuity_nodes.recording.run_products import RunProducts
from ingenuity_nodes.scenario.sections import Scenario
from ingenuity_nodes.timing import SECOND_NS
from nav_msgs.msg import Path
from rclpy.node import Node
from std_msgs.msg import String, UInt8MultiArray

MISSION_LOG, MAP_CELLS = '/mission/log', '/map/cells'
_LINE = re.compile(r'(\d+(?:\.\d+)?) s: (.*)', re.DOTALL)


class MissionNotes:
    """Subscribes to what mission control, mapper and rovers publish beside the flights."""

    def __init__(
        self, node: Node, scenario: Scenario, products: RunProducts, now: Callable[[], int],
    ) -> None:
        self._node, self._products, self._now = node, products, now
        self._cells = b''    # of the newest map, not read before the end
        node.create_subscription(String, MISSION_LOG, self._on_line, COUNTED)
        node.create_subscription(String, CHANGES, self._on_change, CHANGES_QOS)
        if scenario.mapper:
            node.create_subscription(UInt8MultiArray, MAP_CELLS, self._on_map, COUNTED, raw=True)
        for rover in scenario.rovers:
            node.create_subscription(
                Path, f'/{rover.name}/path',
                lambda message, name=rover.name: self._on_path(name, message), COUNTED)
            node.create_subscription(
                String, f'/{rover.name}/caption',
                lambda message: products.captioned(message.data), LATCHED)

    def finish(self) -> None:
        """Hand over the newest map."""
        if not self._cells:
            return
        try:
            self._products.mapped(map_from(from_cdr(self._cells, UInt8MultiArray)))
        except ValueError as error:
            self._node.get_logger().error(f'{MAP_CELLS}: {error}')

    def _on_line(self, message: String) -> None:
        match = _LINE.fullmatch(message.data)
        if match:
            self._products.decided(round(float(match[1]) * SECOND_NS), match[2])
        else:
            self._node.get_logger().error(
                f"{MISSION_LOG}: found '{message.data[:80]}', allowed: '<time> s: <text>'")

    def _on_change(self, message: String) -> None:
        try:
            self._products.changed(change_from(message))
        except ValueError as error:
            self._node.get_logger().error(f'{CHANGES}: {error}')

    def _on_path(self, name: str, message: Path) -> None:
        try:
            self._products.path_sent(name, self._now(), path_from(message))
        except ValueError as error:
            self._node.get_logger().error(f'/{name}/path: {error}')

    def _on_map(self, cells: bytes) -> None:
        self._cells = cells

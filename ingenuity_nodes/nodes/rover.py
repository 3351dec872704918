# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""Perseverance on the network: its drive, its mast camera, and the photos that it receives."""

from __future__ import annotations

from collections.abc import Sequence

from geometry_msgs.msg import PoseStamped, TwistStamped
from ingenuity_nodes.graph.wiring import ROVER
from ingenuity_nodes.nodes.conversions.driving import drive_velocity_from, goal_from
from ingenuity_nodes.nodes.mast_images import MastImages
from ingenuity_nodes.nodes.member import MemberNode
from ingenuity_nodes.nodes.participant import Messages, Missing, Participant
from ingenuity_nodes.nodes.rover_telemetry import RoverTelemetry
from ingenuity_nodes.nodes.run import run
from ingenuity_nodes.nodes.setting import rover_section
from ingenuity_nodes.nodes.wires import Wires
from ingenuity_nodes.photo.self_recognition import self_finder
from ingenuity_nodes.rover.perseverance import RoverInputs
from ingenuity_nodes.scenario.environment import environment_of, rover_of
from ingenuity_nodes.scenario.mast_images import image_order_from_text
from ingenuity_nodes.timing import SECOND_NS
from rclpy.qos import QoSProfile
from std_msgs.msg import String

RADIO = 'radio.'    # begins the names of its parameters
FOREIGN = QoSProfile(depth=100)    # volatile, as most publishers are


class RoverNode(MemberNode):
    """One rover."""

    def __init__(self) -> None:
        super().__init__('rover', of_vehicle=True)
        scenario, seed = self.scenario, self.seed
        section = rover_section(self, scenario)
        self._name = section.name
        with self.membership.busy('building the rover'):
            self._rover = rover_of(section, environment_of(scenario, seed), seed, self_finder())
        self.live_parameters.declare(self._rover.parameters.radio, RADIO, ['losses_db'])
        self._participant = Participant(self, self._on_tick, self._missing)
        self.membership.waits_for = lambda: self._participant.waits_for
        self._wires = Wires(self, self._participant, scenario, ROVER, section.name)
        self._telemetry = RoverTelemetry(self, self._participant, section.name)
        self._velocity = self._participant.subscribe(TwistStamped, 'cmd_vel', FOREIGN)
        self._goal = self._participant.subscribe(PoseStamped, 'goal_pose', FOREIGN)
        self._cameras = section.cameras
        self._helicopters = [helicopter.name for helicopter in scenario.helicopters]
        self._images = MastImages(
            self, section.name, section.cameras, self._participant.advance)
        self._image_orders = self._participant.subscribe(String, 'mastcam/command', FOREIGN)

    def _missing(self, t_ns: int) -> Missing | None:
        return self._images.missing(self._rover.images_due(t_ns))

    def _on_tick(self, t_ns: int, messages: Messages) -> None:
        changes = self.live_parameters.take()
        self.live_parameters.note(t_ns, changes)
        inputs = RoverInputs(
            **self._wires.inputs(messages), losses_db=changes.get(f'{RADIO}losses_db'),
            velocities=tuple(self.refusals.read(
                self._velocity, messages[self._velocity],
                lambda message: drive_velocity_from(message, self._name))),
            goals=tuple(self.refusals.read(self._goal, messages[self._goal], goal_from)),
            image_orders=tuple(self.refusals.read(
                self._image_orders, messages[self._image_orders],
                lambda message: image_order_from_text(
                    message.data, t_ns, self._helicopters, self._cameras))))
        outputs = self._rover.tick(t_ns, inputs)
        self._wires.publish(outputs)
        self._images.expose(outputs.exposures)
        for line in outputs.log:
            self.get_logger().info(f'{t_ns / SECOND_NS:.2f} s: {line}')
        self._telemetry.publish(t_ns, outputs)


def main(args: Sequence[str] | None = None) -> None:
    """Run the rover."""
    run(RoverNode, args)


if __name__ == '__main__':
    main()

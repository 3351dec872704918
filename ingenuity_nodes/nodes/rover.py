# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""Perseverance on the network: its pose, its mast, and the photos its base station receives."""

from __future__ import annotations

from collections.abc import Sequence

from ingenuity_nodes import frames
from ingenuity_nodes.graph.wiring import ROVER
from ingenuity_nodes.nodes.conversions.geometry import header, transform
from ingenuity_nodes.nodes.conversions.images import jpeg_message
from ingenuity_nodes.nodes.conversions.state import odometry_message
from ingenuity_nodes.nodes.member import MemberNode
from ingenuity_nodes.nodes.membership import LATCHED
from ingenuity_nodes.nodes.participant import Messages, Participant
from ingenuity_nodes.nodes.robot import publish_description
from ingenuity_nodes.nodes.run import run
from ingenuity_nodes.nodes.setting import rover_section
from ingenuity_nodes.nodes.wires import Wires
from ingenuity_nodes.radio.frames import is_photo, is_thumbnail, photo_time
from ingenuity_nodes.robots.mast import AZIMUTH, ELEVATION
from ingenuity_nodes.rover.perseverance import ReceivedFile, RoverInputs, RoverState
from ingenuity_nodes.scenario.environment import environment_of, rover_of
from ingenuity_nodes.timing import SECOND_NS, TICK_NS
from nav_msgs.msg import Odometry
import numpy as np
from sensor_msgs.msg import CompressedImage, JointState
from std_msgs.msg import String
from tf2_msgs.msg import TFMessage

POSE_PERIOD_NS = 5 * TICK_NS    # 20 Hz: it is parked


class RoverNode(MemberNode):
    """One rover."""

    def __init__(self) -> None:
        super().__init__('rover')
        scenario, seed = self.scenario, self.seed
        section = rover_section(self, scenario)
        self._name = section.name
        with self.membership.busy('building the rover'):
            self._rover = rover_of(section, environment_of(scenario, seed), seed)
        self._participant = Participant(self, self._on_tick)
        self.membership.waits_for = lambda: self._participant.waits_for
        self._wires = Wires(self, self._participant, scenario, ROVER, section.name)
        self._photo = self._participant.publisher(CompressedImage, 'received/compressed')
        self._thumbnail = self.create_publisher(
            CompressedImage, 'received/thumbnail/compressed', LATCHED)
        self._caption = self.create_publisher(String, 'caption', LATCHED)
        self._odometry = self.create_publisher(Odometry, 'odometry', 10)
        self._truth = self.create_publisher(Odometry, 'ground_truth/odometry', LATCHED)
        self._joints = self.create_publisher(JointState, 'joint_states', 10)
        self._tf = self.create_publisher(TFMessage, '/tf', 100)
        self._description = publish_description(self, 'perseverance', section.name)

    def _on_tick(self, t_ns: int, messages: Messages) -> None:
        outputs = self._rover.tick(t_ns, RoverInputs(**self._wires.inputs(messages)))
        self._wires.publish(outputs)
        for line in outputs.log:
            self.get_logger().info(f'{t_ns / SECOND_NS:.2f} s: {line}')
        for file in outputs.files:
            self._publish_file(file)
        if t_ns % POSE_PERIOD_NS == 0:
            self._publish_state(outputs.state)

    def _publish_file(self, file: ReceivedFile) -> None:
        self.get_logger().info(f'{file.name} from {file.sender} is complete')
        if not (is_photo(file.name) or is_thumbnail(file.name)):
            return
        frame_id = frames.frame(file.sender, 'rte_optical_frame')
        message = jpeg_message(photo_time(file.name), frame_id, file.content)
        if is_photo(file.name):
            self.get_logger().info(file.caption)
            self._photo.publish(message)
            self._caption.publish(String(data=file.caption))
        else:
            self._thumbnail.publish(message)

    def _publish_state(self, state: RoverState) -> None:
        zero, name, t_ns = np.zeros(3), self._name, state.t_ns
        body, odom = frames.frame(name, 'base_link'), frames.frame(name, 'odom')
        self._truth.publish(odometry_message(
            t_ns, frames.frame(name, 'base_link_truth'), state.p_MB, state.q_MB, zero, zero))
        self._odometry.publish(odometry_message(
            t_ns, body, state.p_MB, state.q_MB, zero, zero, parent=odom))
        mast = {AZIMUTH: state.mast_azimuth, ELEVATION: -state.mast_tilt}    # its axis points down
        level = np.array([1.0, 0.0, 0.0, 0.0])
        self._tf.publish(TFMessage(transforms=[
            transform(t_ns, frames.MAP, odom, zero, level),
            transform(t_ns, odom, body, state.p_MB, state.q_MB),
            *self._description.transforms(t_ns, mast)]))
        angles = dict.fromkeys(self._description.joints, 0.0) | mast
        self._joints.publish(JointState(
            header=header(t_ns, body), name=list(angles), position=list(angles.values())))


def main(args: Sequence[str] | None = None) -> None:
    """Run the rover."""
    run(RoverNode, args)


if __name__ == '__main__':
    main()

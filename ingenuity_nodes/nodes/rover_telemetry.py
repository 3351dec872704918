# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""What a rover publishes beside its wired outputs."""

from __future__ import annotations

from ingenuity_nodes import frames
from ingenuity_nodes.mission.display import LIFTED
from ingenuity_nodes.nodes.conversions.driving import belief_message, rover_battery_message
from ingenuity_nodes.nodes.conversions.geometry import header, path_message, transform
from ingenuity_nodes.nodes.conversions.images import jpeg_message
from ingenuity_nodes.nodes.conversions.state import odometry_message
from ingenuity_nodes.nodes.membership import LATCHED
from ingenuity_nodes.nodes.participant import Participant
from ingenuity_nodes.nodes.preview import Preview
from ingenuity_nodes.nodes.robot import publish_description
from ingenuity_nodes.radio.frames import is_photo, is_thumbnail, photo_time
from ingenuity_nodes.rover.drive import PERIOD_NS
from ingenuity_nodes.rover.perseverance import ReceivedFile, RoverOutputs
from ingenuity_nodes.timing import SECOND_NS
from nav_msgs.msg import Odometry, Path
import numpy as np
from rclpy.node import Node
from rclpy.qos import DurabilityPolicy, QoSProfile
from sensor_msgs.msg import BatteryState, CompressedImage, JointState
from std_msgs.msg import String
from tf2_msgs.msg import TFMessage

PATH_STEP = 0.2    # [m] between the points of the driven path
POSES = QoSProfile(depth=1000, durability=DurabilityPolicy.TRANSIENT_LOCAL)    # of 50 s


class RoverTelemetry:
    """The publishers of one rover."""

    def __init__(self, node: Node, participant: Participant, name: str) -> None:
        self._node, self._name = node, name
        self._photo = participant.publisher(CompressedImage, 'received/compressed')
        self._preview = Preview(node, 'received/preview')
        self._thumbnail = node.create_publisher(
            CompressedImage, 'received/thumbnail/compressed', LATCHED)
        self._caption = node.create_publisher(String, 'caption', LATCHED)
        self._odometry = node.create_publisher(Odometry, 'odometry', 10)
        # A camera that listens only once it is asked for an image needs those of the exposure.
        self._truth = node.create_publisher(Odometry, 'ground_truth/odometry', POSES)
        self._joints = node.create_publisher(JointState, 'joint_states', POSES)
        self._battery = node.create_publisher(BatteryState, 'battery_state', 10)
        self._path = node.create_publisher(Path, 'driven_path', LATCHED)
        self._driven: list[frames.Vector3] = []
        self._tf = node.create_publisher(TFMessage, '/tf', 100)
        self._description = publish_description(node, 'perseverance', name)

    def publish(self, t_ns: int, outputs: RoverOutputs) -> None:
        """Publish what one tick brought forth: files at once, poses at 20 Hz."""
        for file in outputs.files:
            self._publish_file(file)
        if t_ns % PERIOD_NS == 0:
            self._publish_poses(t_ns, outputs)
        if t_ns % SECOND_NS == 0:
            self._publish_path(t_ns, outputs.state.p_MB)
            self._battery.publish(rover_battery_message(t_ns, outputs.drive, self._name))

    def _publish_file(self, file: ReceivedFile) -> None:
        self._node.get_logger().info(f'{file.name} from {file.sender} is complete')
        if not (is_photo(file.name) or is_thumbnail(file.name)):
            return
        frame_id = frames.frame(file.sender, 'rte_optical_frame')
        message = jpeg_message(photo_time(file.name), frame_id, file.content)
        if is_photo(file.name):
            self._node.get_logger().info(file.caption)
            self._photo.publish(message)
            self._preview.publish_jpeg(photo_time(file.name), frame_id, file.content)
            self._caption.publish(String(data=file.caption))
        else:
            self._thumbnail.publish(message)

    def _publish_path(self, t_ns: int, p_MB: frames.Vector3) -> None:
        """Publish where it truly drove, when it has driven on."""
        if self._driven and np.linalg.norm(p_MB - self._driven[-1]) < PATH_STEP:
            return
        self._driven.append(p_MB)
        points = np.array(self._driven)
        points[:, 2] += LIFTED
        self._path.publish(path_message(t_ns, frames.MAP, points))

    def _publish_poses(self, t_ns: int, outputs: RoverOutputs) -> None:
        name, state, drive = self._name, outputs.state, outputs.drive
        body, odom = frames.frame(name, 'base_link'), frames.frame(name, 'odom')
        self._truth.publish(odometry_message(
            t_ns, frames.frame(name, 'base_link_truth'), state.p_MB, state.q_MB, drive.v_MB,
            np.array([0.0, 0.0, drive.yaw_rate])))
        believed = belief_message(t_ns, drive, name)
        self._odometry.publish(believed)
        moved = transform(t_ns, odom, body, np.zeros(3), np.array([1.0, 0.0, 0.0, 0.0]))
        where = believed.pose.pose
        moved.transform.translation.x = where.position.x
        moved.transform.translation.y = where.position.y
        moved.transform.translation.z = where.position.z
        moved.transform.rotation = where.orientation
        angles = {**dict.fromkeys(self._description.joints, 0.0), **outputs.joints}
        self._tf.publish(TFMessage(transforms=[
            transform(t_ns, frames.MAP, odom, np.zeros(3), np.array([1.0, 0.0, 0.0, 0.0])),
            moved, *self._description.transforms(t_ns, angles)]))
        self._joints.publish(JointState(
            header=header(t_ns, body), name=list(angles), position=list(angles.values())))

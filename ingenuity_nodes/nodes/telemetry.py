# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""What a helicopter reports beside its wired outputs, each at its own sensible rate."""

from __future__ import annotations

from diagnostic_msgs.msg import DiagnosticArray, DiagnosticStatus, KeyValue
from geometry_msgs.msg import WrenchStamped
from ingenuity_nodes import frames
from ingenuity_nodes.helicopter.helicopter import Helicopter, HelicopterOutputs
from ingenuity_nodes.nodes.conversions.geometry import header, path_message, transform
from ingenuity_nodes.nodes.conversions.images import features_message
from ingenuity_nodes.nodes.conversions.navigation import inputs_message, start_message
from ingenuity_nodes.nodes.conversions.sensors import (
    battery_message, imu_message, status_message, wrench_message)
from ingenuity_nodes.nodes.conversions.setpoints import setpoint_message
from ingenuity_nodes.nodes.conversions.state import fault_message
from ingenuity_nodes.nodes.member import MemberNode
from ingenuity_nodes.nodes.participant import COUNTED, Participant
from ingenuity_nodes.nodes.robot import publish_description
from ingenuity_nodes.recording.anomalies import ANOMALOUS_MODES
from ingenuity_nodes.timing import SECOND_NS, TICK_NS
from nav_msgs.msg import Path
import numpy as np
from rclpy.qos import qos_profile_sensor_data
from sensor_msgs.msg import BatteryState, Imu, JointState, PointCloud2
from std_msgs.msg import Float64MultiArray, String
from tf2_msgs.msg import TFMessage
from trajectory_msgs.msg import MultiDOFJointTrajectory

IMU_LINKS = 'imu_link', 'imu_2_link'
ROTORS = ('upper_rotor_joint', 'lower_rotor_joint')    # as in config/ingenuity.urdf
# Hertz; each divides the tick rate of 100 Hz. Status goes out each tick, counted,
# because the result of the recorder stands on it.
RATES = {'tf': 50, 'setpoint': 20, 'joints': 20, 'wrench': 20, 'battery': 5,
         'path': 2, 'diagnostics': 1}


class Telemetry:
    """The publishers of one helicopter."""

    def __init__(self, node: MemberNode, participant: Participant, helicopter: Helicopter) -> None:
        self._name = helicopter.name
        self._status = participant.publisher(Float64MultiArray, 'vehicle_status')
        sensor = qos_profile_sensor_data
        self._fault = participant.publisher(String, 'fault')
        self._imus = [node.create_publisher(Imu, topic, sensor) for topic in ('imu', 'imu_2')]
        # Reliable and deep, as the bag is to have all of it.
        self._handed = node.create_publisher(Float64MultiArray, 'navigation/inputs', COUNTED)
        self._features = node.create_publisher(PointCloud2, 'navigation/features', COUNTED)
        self._start = node.create_publisher(Float64MultiArray, 'navigation/start', COUNTED)
        self._start.publish(start_message(helicopter.started))
        self._setpoint = node.create_publisher(MultiDOFJointTrajectory, 'setpoint', 10)
        self._joints = node.create_publisher(JointState, 'joint_states', 10)
        self._battery = node.create_publisher(BatteryState, 'battery_state', 10)
        self._wrench = node.create_publisher(WrenchStamped, 'wrench', 10)
        self._path = node.create_publisher(Path, 'path', 10)
        self._tf = node.create_publisher(TFMessage, '/tf', 100)
        self._diagnostics = node.create_publisher(DiagnosticArray, '/diagnostics', 10)
        self._description = publish_description(node, 'ingenuity', self._name)
        self._full_name = node.name_in_run
        self._flown: list[frames.Vector3] = []
        self._current_mode, self._anomaly = '', ''

    def publish(self, t_ns: int, outputs: HelicopterOutputs) -> None:
        """Publish what is due after one tick."""
        name, status = self._name, outputs.status
        self._status.publish(status_message(status))
        for change in outputs.modes:
            self._current_mode = change.mode
            anomalous = change.mode in ANOMALOUS_MODES or change.reason.startswith('LAND_NOW')
            self._anomaly = change.reason if anomalous else ''
        for fault in outputs.faults:
            self._fault.publish(fault_message(fault))
        for imu, sample, link in zip(
                self._imus, (outputs.imu, outputs.imu_2), IMU_LINKS, strict=True):
            imu.publish(imu_message(sample, frames.frame(name, link)))
        self._handed.publish(inputs_message(outputs.handed))
        for one in outputs.handed:
            if one.features is not None:
                self._features.publish(features_message(
                    one.features, frames.frame(name, 'navcam_optical_frame')))
        if _due('tf', t_ns):
            self._publish_transforms(t_ns, outputs)
        if _due('setpoint', t_ns):
            self._setpoint.publish(setpoint_message(outputs.setpoint, name))
        if _due('joints', t_ns):
            self._joints.publish(JointState(
                header=header(t_ns, frames.frame(name, 'base_link')), name=list(ROTORS),
                position=list(status.rotor_angle), velocity=list(status.rotor_speed),
                effort=list(status.thrust)))
        if _due('wrench', t_ns):
            self._wrench.publish(wrench_message(status, name))
        if _due('battery', t_ns):
            self._battery.publish(battery_message(status, name))
        if _due('path', t_ns):
            self._flown.append(outputs.truth.p_MB)
            self._path.publish(path_message(t_ns, frames.MAP, np.array(self._flown)))
        if _due('diagnostics', t_ns):
            self._diagnostics.publish(self._health(t_ns, outputs))

    def _publish_transforms(self, t_ns: int, outputs: HelicopterOutputs) -> None:
        """Publish the estimate as odom -> base_link; nothing relocalises odom in the map."""
        name, estimate = self._name, outputs.estimate
        odom = frames.frame(name, 'odom')
        angles = dict(zip(ROTORS, outputs.status.rotor_angle, strict=True))
        self._tf.publish(TFMessage(transforms=[
            transform(t_ns, frames.MAP, odom, np.zeros(3), np.array([1.0, 0.0, 0.0, 0.0])),
            transform(t_ns, odom, frames.frame(name, 'base_link'), estimate.p_MB, estimate.q_MB),
            *self._description.transforms(t_ns, angles)]))

    def _health(self, t_ns: int, outputs: HelicopterOutputs) -> DiagnosticArray:
        status, estimate = outputs.status, outputs.estimate
        sigma = np.sqrt(np.diag(estimate.covariance)[:3])
        values = {
            'mode': self._current_mode,
            'features': str(estimate.feature_count),
            'innovation': f'{estimate.innovation:.2f}',
            'position sigma [m]': ' '.join(f'{value:.3f}' for value in sigma),
            'battery [V]': f'{status.battery_voltage:.2f}',
            'battery charge [1]': f'{status.battery_charge:.3f}',
            'power [W]': f'{status.electrical_power:.0f}',
            'motor temperature [K]': f'{status.motor_temperature:.1f}'}
        message = DiagnosticArray(header=header(t_ns, ''))
        level = (DiagnosticStatus.ERROR if status.failure else
                 DiagnosticStatus.WARN if self._anomaly else DiagnosticStatus.OK)
        message.status = [DiagnosticStatus(
            level=level, name=f'{self._full_name}: flight', hardware_id=self._name,
            message=status.failure or self._anomaly or self._current_mode,
            values=[KeyValue(key=key, value=value) for key, value in values.items()])]
        return message


def _due(name: str, t_ns: int) -> bool:
    return t_ns // TICK_NS % (SECOND_NS // TICK_NS // RATES[name]) == 0

# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""A helicopter on the network: vehicle, sensors and flight computer in one process."""

from __future__ import annotations

from collections.abc import Sequence

from geometry_msgs.msg import TwistStamped
from ingenuity_nodes.frames import rpy_from_quaternion
from ingenuity_nodes.graph.wiring import HELICOPTER
from ingenuity_nodes.helicopter.helicopter import (
    Helicopter, HelicopterInputs, HelicopterOutputs, hop)
from ingenuity_nodes.nodes.conversions.setpoints import trajectory_from, velocity_from
from ingenuity_nodes.nodes.conversions.state import exposure_message, fault_message
from ingenuity_nodes.nodes.declare import declare
from ingenuity_nodes.nodes.fault_desk import FaultDesk
from ingenuity_nodes.nodes.image_inbox import ImageInbox
from ingenuity_nodes.nodes.member import MemberNode
from ingenuity_nodes.nodes.participant import COUNTED, Messages, Missing, Participant
from ingenuity_nodes.nodes.run import run
from ingenuity_nodes.nodes.setting import helicopter_section
from ingenuity_nodes.nodes.status_line import StatusLine
from ingenuity_nodes.nodes.telemetry import Telemetry
from ingenuity_nodes.nodes.wires import Wires
from ingenuity_nodes.parameters import with_overrides
from ingenuity_nodes.scenario.environment import environment_of
from ingenuity_nodes.scenario.helicopter_parameters import HelicopterParameters
from ingenuity_nodes.timing import SECOND_NS
from ingenuity_nodes.world.conditions import Conditions
from nav_msgs.msg import Odometry
from rclpy.qos import QoSProfile
from std_msgs.msg import String
from trajectory_msgs.msg import MultiDOFJointTrajectory

# Volatile, as most publishers are: an old setpoint is worth nothing to who comes late.
FOREIGN = QoSProfile(depth=100)


class HelicopterNode(MemberNode):
    """One helicopter."""

    def __init__(self) -> None:
        super().__init__('helicopter', of_vehicle=True)
        scenario, seed = self.scenario, self.seed
        section = helicopter_section(self, scenario)
        parameters = declare(self, with_overrides(HelicopterParameters(), section.overrides))
        with self.membership.busy('building the aircraft'):
            environment = environment_of(scenario, seed)
            hop(section, environment, parameters)
            self._helicopter = Helicopter(
                section, environment, seed, parameters, scenario.faults_of(section.name))
        self._conditions = Conditions(environment)
        self._participant = Participant(self, self._on_tick, self._missing)
        self.membership.waits_for = lambda: self._participant.waits_for
        self._wires = Wires(self, self._participant, scenario, HELICOPTER, section.name)
        self._telemetry = Telemetry(self, self._participant, self._helicopter)
        self._status_line = StatusLine(section.name)
        self._cameras = section.cameras
        self._images = ImageInbox(
            self, section.cameras, self._helicopter.navcam, self._helicopter.rte,
            self._participant.advance)
        self._subscribe()

    def _subscribe(self) -> None:
        join = self._participant
        self._faults = FaultDesk(self, join)
        self._velocity = join.subscribe(TwistStamped, 'cmd_velocity', FOREIGN)
        self._trajectory = join.subscribe(MultiDOFJointTrajectory, 'cmd_trajectory', FOREIGN)
        self._exposures = {name: self.create_publisher(Odometry, f'{name}/exposure', COUNTED)
                           for name in self._cameras}
        self._abort, self._yaw = '', 0.0
        self.create_subscription(String, 'abort', self._on_abort, 10)

    def _missing(self, t_ns: int) -> Missing | None:
        return self._images.missing(self._helicopter.images_due(t_ns))

    def _on_abort(self, message: String) -> None:
        self._abort = message.data or 'asked for'

    # The tick ------------------------------------------------------------------------------

    def _on_tick(self, t_ns: int, messages: Messages) -> None:
        self._conditions.apply(self._participant.changes)
        outputs = self._helicopter.tick(t_ns, self._inputs(t_ns, messages))
        for exposure in outputs.exposures:
            if exposure.camera in self._exposures:
                self._images.expect(exposure)
                self._exposures[exposure.camera].publish(
                    exposure_message(exposure, self._helicopter.name))
        self._wires.publish(outputs)
        self._telemetry.publish(t_ns, outputs)
        self._status_line.publish(t_ns, outputs, self._helicopter.lift_off_ns)
        self._yaw = rpy_from_quaternion(outputs.estimate.q_MB)[2]
        if outputs.ignored:
            self.get_logger().warning(f'offboard setpoint not followed: {outputs.ignored}',
                                      throttle_duration_sec=1.0)
        self._log(outputs)

    def _inputs(self, t_ns: int, messages: Messages) -> HelicopterInputs:
        features, photos = self._images.take(self._helicopter.images_due(t_ns))
        abort, self._abort = self._abort, ''
        return HelicopterInputs(
            features=features, photos=photos, abort=abort,
            faults=self._faults.received(t_ns, messages),
            setpoints=(
                *self.refusals.read(
                    self._velocity, messages[self._velocity],
                    lambda message: velocity_from(message, self._helicopter.name, self._yaw)),
                *self.refusals.read(
                    self._trajectory, messages[self._trajectory],
                    lambda message: trajectory_from(message, self._helicopter.name))),
            **self._wires.inputs(messages))

    def _log(self, outputs: HelicopterOutputs) -> None:
        for change in outputs.modes:
            self.get_logger().info(
                f'{change.t_ns / SECOND_NS:.2f} s: {change.mode}: {change.reason}')
        for fault in outputs.faults:
            self.get_logger().warning(
                f'{fault.t_ns / SECOND_NS:.2f} s: fault {fault_message(fault).data}')


def main(args: Sequence[str] | None = None) -> None:
    """Run one helicopter."""
    run(HelicopterNode, args)


if __name__ == '__main__':
    main()

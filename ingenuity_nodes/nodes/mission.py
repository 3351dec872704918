# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""Mission control on the network: plans and go out, modes and photos in, the end of the run."""

from __future__ import annotations

from collections.abc import Sequence

from ingenuity_nodes import frames
from ingenuity_nodes.graph.wiring import MISSION
from ingenuity_nodes.guidance.flight_plan import FlightPlan, waypoints
from ingenuity_nodes.mission.control import MissionControl, MissionInputs
from ingenuity_nodes.mission.display import MissionDisplay
from ingenuity_nodes.mission.planned_flight import take_off_point
from ingenuity_nodes.nodes.conversions.geometry import path_message
from ingenuity_nodes.nodes.member import MemberNode
from ingenuity_nodes.nodes.membership import ENDED, FAILED, LATCHED
from ingenuity_nodes.nodes.mission_view import MissionView
from ingenuity_nodes.nodes.order_desk import OrderDesk
from ingenuity_nodes.nodes.participant import Messages, Participant
from ingenuity_nodes.nodes.run import run
from ingenuity_nodes.nodes.wires import Wires
from ingenuity_nodes.parameters import with_overrides
from ingenuity_nodes.scenario.environment import environment_of
from ingenuity_nodes.scenario.helicopter_parameters import HelicopterParameters
from ingenuity_nodes.timing import SECOND_NS
from ingenuity_nodes.world.conditions import Conditions
from nav_msgs.msg import Path
import numpy as np
from rclpy.qos import DurabilityPolicy, QoSProfile
from std_msgs.msg import String

try:
    from ingenuity_nodes.nodes.action_desk import ActionDesk
except ImportError:    # an installation of before, where a flight needs no actions
    ActionDesk = None    # type: ignore[assignment, misc]

# Of lines of the log that who comes late still gets; reliable, as is the default.
LOG = QoSProfile(depth=200, durability=DurabilityPolicy.TRANSIENT_LOCAL)


class MissionNode(MemberNode):
    """One mission control for all vehicles of the scenario."""

    def __init__(self) -> None:
        super().__init__('mission')
        scenario = self.scenario
        with self.membership.busy('building the ground'):
            environment = environment_of(scenario, self.seed)
            self._control = MissionControl(scenario, environment)
        self._conditions = Conditions(environment)
        self._participant = Participant(self, self._on_tick)
        self.membership.waits_for = lambda: self._participant.waits_for
        self._state = self.create_publisher(String, 'mission/state', LATCHED)
        self._published = ''
        self._log = self.create_publisher(String, '/mission/log', LOG)
        self._wires = Wires(self, self._participant, scenario, MISSION, MISSION)
        self._orders = OrderDesk(self, self._participant, self._control, [
            section.name for section in scenario.helicopters])
        self._actions = self._offered_actions()
        self._paths = {
            section.name: self.create_publisher(Path, f'{section.name}/planned_path', LATCHED)
            for section in scenario.helicopters}
        # Paths run where the body's origin flies, so that planned and flown ones compare.
        self._starts = {section.name: take_off_point(
            section.position, environment.terrain,
            with_overrides(HelicopterParameters(), section.overrides).guidance)
            for section in scenario.helicopters}
        with self.membership.busy('choosing photo poses'):
            self._view = MissionView(self, MissionDisplay(
                scenario, environment, self._control.plans), environment.terrain)

    def _offered_actions(self) -> ActionDesk | None:
        if ActionDesk is None:
            self.get_logger().warning(
                'no actions (fly_plan, photograph, go_to), as ingenuity_interfaces is not '
                'installed: build it with colcon, or run ./ingenuity again')
            return None
        scenario = self.scenario
        return ActionDesk(
            self, self._control, [section.name for section in scenario.helicopters],
            [section.name for section in scenario.rovers], self._participant.note_call)

    def _on_tick(self, t_ns: int, messages: Messages) -> None:
        self._conditions.apply(self._participant.changes)
        asked = self._actions.received() if self._actions else ()
        outputs = self._control.tick(t_ns, MissionInputs(
            outside=(*asked, *self._orders.received(messages)), **self._wires.inputs(messages)))
        if self._actions:
            self._actions.follow(t_ns, outputs.answers[:len(asked)])
        self._wires.publish(outputs)
        for line in outputs.log:
            self.get_logger().info(line)
            self._log.publish(String(data=f'{t_ns / SECOND_NS:.2f} s: {line}'))
        for name, plans in outputs.plans.items():
            self._paths[name].publish(self._path(name, plans[-1]))
        self._view.publish(t_ns, outputs, {
            name: phase.value for name, phase in self._control.phases.items()})
        self._publish_state(outputs.outcome)

    def _publish_state(self, outcome: str) -> None:
        state = ', '.join(f'{name}: {phase.value}' for name, phase in self._control.phases.items())
        if outcome:
            state = f'{ENDED if self._control.succeeded else FAILED}: {outcome}'
            self._participant.verdict = state
        if state != self._published:
            self._published = state
            self._state.publish(String(data=state))

    def _path(self, name: str, plan: FlightPlan) -> Path:
        return path_message(0, frames.MAP, np.array(waypoints(plan)) + self._starts[name])

    def finish(self) -> None:
        """Let nobody wait for the result of a goal."""
        if self._actions:
            self._actions.end(self.membership.reason)

    def destroy_node(self) -> None:
        """Take the actions along."""
        if self._actions:
            self._actions.close()
        super().destroy_node()


def main(args: Sequence[str] | None = None) -> None:
    """Run mission control."""
    run(MissionNode, args)


if __name__ == '__main__':
    main()

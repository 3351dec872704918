# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""Mission control on the network: plans and go out, modes and photos in, the end of the run."""

from __future__ import annotations

from collections.abc import Sequence

from ingenuity_nodes import frames
from ingenuity_nodes.graph.wiring import MISSION
from ingenuity_nodes.guidance.flight_plan import FlightPlan, waypoints
from ingenuity_nodes.mission.control import MissionControl, MissionInputs
from ingenuity_nodes.nodes.conversions.geometry import path_message
from ingenuity_nodes.nodes.member import MemberNode
from ingenuity_nodes.nodes.membership import ENDED, FAILED, LATCHED
from ingenuity_nodes.nodes.participant import Messages, Participant
from ingenuity_nodes.nodes.run import run
from ingenuity_nodes.nodes.wires import Wires
from ingenuity_nodes.scenario.environment import environment_of
from nav_msgs.msg import Path
import numpy as np
from std_msgs.msg import String


class MissionNode(MemberNode):
    """One mission control for all vehicles of the scenario."""

    def __init__(self) -> None:
        super().__init__('mission')
        scenario = self.scenario
        with self.membership.busy('building the ground'):
            environment = environment_of(scenario, self.seed)
            self._control = MissionControl(scenario, environment)
        self._participant = Participant(self, self._on_tick)
        self.membership.waits_for = lambda: self._participant.waits_for
        self._state = self.create_publisher(String, 'mission/state', LATCHED)
        self._published = ''
        self._wires = Wires(self, self._participant, scenario, MISSION, MISSION)
        self._paths = {
            section.name: self.create_publisher(Path, f'{section.name}/planned_path', LATCHED)
            for section in scenario.helicopters}
        height = environment.terrain.height
        self._positions = {section.name: (*section.position, height(*section.position))
                           for section in scenario.helicopters}

    def _on_tick(self, t_ns: int, messages: Messages) -> None:
        outputs = self._control.tick(t_ns, MissionInputs(**self._wires.inputs(messages)))
        self._wires.publish(outputs)
        for line in outputs.log:
            self.get_logger().info(line)
        for name, plans in outputs.plans.items():
            self._paths[name].publish(self._path(name, plans[-1]))
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
        corners = np.array(waypoints(plan)) + np.array(self._positions[name])
        return path_message(0, frames.MAP, corners)


def main(args: Sequence[str] | None = None) -> None:
    """Run mission control."""
    run(MissionNode, args)


if __name__ == '__main__':
    main()

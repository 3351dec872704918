# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""Mission control on the network: plans and go out, modes and photos in, the end of the run."""

from __future__ import annotations

from collections.abc import Sequence

from ingenuity_nodes import frames
from ingenuity_nodes.guidance.flight_plan import FlightPlan, plan_to_yaml, waypoints
from ingenuity_nodes.mission.control import MissionControl, MissionEvents, MissionOutput
from ingenuity_nodes.nodes.conversions.geometry import path_message
from ingenuity_nodes.nodes.member import MemberNode
from ingenuity_nodes.nodes.membership import ENDED, FAILED, LATCHED
from ingenuity_nodes.nodes.participant import CountedPublisher, Messages, Participant
from ingenuity_nodes.nodes.run import run
from ingenuity_nodes.scenario.environment import environment_of
from nav_msgs.msg import Path
import numpy as np
from std_msgs.msg import Empty, String


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
        self._said = ''
        self._plans: dict[str, CountedPublisher] = {}
        self._go: dict[str, CountedPublisher] = {}
        self._paths = {}
        self._modes: dict[str, str] = {}
        for section in scenario.helicopters:
            name = section.name
            self._plans[name] = self._participant.publisher(String, f'{name}/plan')
            self._go[name] = self._participant.publisher(Empty, f'{name}/go')
            self._paths[name] = self.create_publisher(Path, f'{name}/planned_path', LATCHED)
            topic = self._participant.subscribe(String, f'{name}/flight_mode')
            self._modes[topic] = name
        self._received = [self._participant.subscribe(String, f'{rover.name}/received')
                          for rover in scenario.rovers]
        height = environment.terrain.height
        self._places = {section.name: (*section.position, height(*section.position))
                        for section in scenario.helicopters}

    def _on_tick(self, t_ns: int, messages: Messages) -> None:
        modes = tuple((name, *message.data.partition(': ')[::2])
                      for topic, name in self._modes.items() for message in messages[topic])
        photos = tuple(tuple(message.data.split(' ')[:2])
                       for topic in self._received for message in messages[topic])
        self._publish(self._control.tick(t_ns, MissionEvents(modes, photos)))

    def _publish(self, output: MissionOutput) -> None:
        for line in output.log:
            self.get_logger().info(line)
        for name, plan in output.plans.items():
            self._plans[name].publish(String(data=plan_to_yaml(plan)))
            self._paths[name].publish(self._path(name, plan))
        for name in output.go:
            self._go[name].publish(Empty())
        state = ', '.join(f'{name}: {phase.value}' for name, phase in self._control.phases.items())
        if output.outcome:
            good = all(phase.value == 'done' for phase in self._control.phases.values())
            state = f'{ENDED if good else FAILED}: {output.outcome}'
        if state != self._said:
            self._said = state
            self._state.publish(String(data=state))

    def _path(self, name: str, plan: FlightPlan) -> Path:
        corners = np.array(waypoints(plan)) + np.array(self._places[name])
        return path_message(0, frames.MAP, corners)


def main(args: Sequence[str] | None = None) -> None:
    """Run mission control."""
    run(MissionNode, args)


if __name__ == '__main__':
    main()

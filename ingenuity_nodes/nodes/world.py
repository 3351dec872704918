# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""Mars on the network: the clock, the ground, the air."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from geometry_msgs.msg import Vector3Stamped
from ingenuity_nodes import frames
from ingenuity_nodes.graph.nodes import participants, restartable
from ingenuity_nodes.nodes.conversions.geometry import header, vector
from ingenuity_nodes.nodes.conversions.markers import triangles_cdr
from ingenuity_nodes.nodes.conversions.sensors import KELVIN
from ingenuity_nodes.nodes.member import MemberNode
from ingenuity_nodes.nodes.membership import LATCHED
from ingenuity_nodes.nodes.run import run
from ingenuity_nodes.nodes.timekeeper import Timekeeper
from ingenuity_nodes.rendering.ground_view import extent_of, ground_triangles, rock_triangles
from ingenuity_nodes.rendering.robots_in_view import scene_of
from ingenuity_nodes.scenario.environment import environment_of
from ingenuity_nodes.timing import TICK_NS
from ingenuity_nodes.world.conditions import Conditions, WIND
from rcl_interfaces.msg import ParameterDescriptor
from sensor_msgs.msg import FluidPressure, Temperature
from std_msgs.msg import Float64
from visualization_msgs.msg import Marker

AIR_PERIOD_NS = 10 * TICK_NS
WIND_HEIGHT = 5.0    # [m] at which the wind is published: the height of the first flights


class WorldNode(MemberNode):
    """Owns the clock and tells about the surroundings."""

    def __init__(self) -> None:
        super().__init__('world')
        scenario = self.scenario
        with self.membership.busy('building the ground'):
            self._environment = environment_of(scenario, self.seed)
        self._conditions = Conditions(self._environment)
        self.live_parameters.declare(self._environment.wind.parameters, WIND)
        steps = participants(scenario)
        expects = self.declare_parameter('expects', steps, ParameterDescriptor(
            description='nodes that must be ready before time begins', read_only=True)).value
        if '/recorder' in expects:
            steps.append('/recorder')
        self._wind = self.create_publisher(Vector3Stamped, '/world/wind', 10)
        self._pressure = self.create_publisher(FluidPressure, '/world/pressure', 10)
        self._temperature = self.create_publisher(Temperature, '/world/temperature', 10)
        self._density = self.create_publisher(Float64, '/world/density', 10)
        self._speed_of_sound = self.create_publisher(Float64, '/world/speed_of_sound', 10)
        with self.membership.busy('drawing the ground for people'):
            self._publish_ground()
        self._timekeeper = Timekeeper(self, scenario.lockstep, steps, expects, self._on_tick,
                                      restartable(scenario))

    def _publish_ground(self) -> None:
        # Kept as members: a latched message lives as long as its publisher.
        self._terrain = self.create_publisher(Marker, '/world/terrain', LATCHED)
        self._rocks = self.create_publisher(Marker, '/world/rocks', LATCHED)
        scene, extent = scene_of(self.scenario, self._environment), extent_of(self.scenario)
        self._terrain.publish(triangles_cdr('terrain', ground_triangles(scene, extent)))
        self._rocks.publish(triangles_cdr('rocks', rock_triangles(scene, extent)))

    def between_runs(self, next_run: str) -> None:
        """Return nothing: the world of the next run is waited for by all others."""

    def _on_tick(self, t_ns: int, changes: Mapping[str, float]) -> None:
        self._conditions.apply(changes)
        if t_ns % AIR_PERIOD_NS:
            return
        air, here = self._environment.air, header(t_ns, frames.MAP)
        wind_M = self._environment.wind.velocity(t_ns, WIND_HEIGHT)
        self._wind.publish(Vector3Stamped(header=here, vector=vector(wind_M)))
        self._pressure.publish(FluidPressure(header=here, fluid_pressure=air.pressure))
        self._temperature.publish(Temperature(
            header=here, temperature=air.temperature - KELVIN))    # as its message wants it
        self._density.publish(Float64(data=air.density))
        self._speed_of_sound.publish(Float64(data=air.speed_of_sound))


def main(args: Sequence[str] | None = None) -> None:
    """Run the world."""
    run(WorldNode, args)


if __name__ == '__main__':
    main()

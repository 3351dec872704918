# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""What all nodes of a run have in common: the scenario, the membership, compiled kernels."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ingenuity_nodes.compiled.build import ensure_built
from ingenuity_nodes.compiled.listener import time_begins
from ingenuity_nodes.graph.names import Names
from ingenuity_nodes.graph.next_run import SAME_SEED, seed_in
from ingenuity_nodes.nodes.between_runs import BetweenRuns
from ingenuity_nodes.nodes.live_parameters import LiveParameters
from ingenuity_nodes.nodes.membership import Membership
from ingenuity_nodes.nodes.refusals import one_line, Refusals, refused
from ingenuity_nodes.nodes.setting import replaced_parameters, run_id, setting
from ingenuity_nodes.parameters import ParameterError
from rcl_interfaces.msg import SetParametersResult
from rclpy.node import Node
from rclpy.parameter import Parameter
from rclpy.topic_endpoint_info import TopicEndpointInfo

CLOCK = '/clock'


def full_name_of(end: TopicEndpointInfo) -> str:
    """Return the full name of the node that has one end of a topic."""
    return f'{end.node_namespace.rstrip("/")}/{end.node_name}'


class MemberNode(Node):
    """
    A node that belongs to a run.

    Topics and services that it names from the top are within its run: they are below the
    namespace of that. ``of_vehicle`` tells that its own namespace ends in the name of a vehicle.
    """

    run_names = Names()

    def __init__(self, name: str, *, of_vehicle: bool = False) -> None:
        super().__init__(name, parameter_overrides=replaced_parameters())
        self.scenario, self.seed = setting(self)
        self.run_names = Names.of_node(self.get_namespace(), {
            vehicle.name for vehicle in self.scenario.vehicles} if of_vehicle else ())
        self.refusals = Refusals(self)
        self.membership = Membership(
            self, self.refusals, self.scenario.lockstep, run_id(self, name == 'world'),
            is_world=name == 'world')
        self.live_parameters = LiveParameters(self)
        self._time_has_begun, self._compiled_in_flight = False, 0
        self._time_ends: Callable[[], None] = lambda: None
        with self.membership.busy('compiling') as report:
            ensure_built(lambda text: report(f'compiling, first use: {text}'))

    @property
    def name_in_run(self) -> str:
        """Its name within the run, as ``/ingenuity/helicopter``."""
        return self.run_names.within(self.get_fully_qualified_name())

    def topic_in_run(self, topic: str) -> str:
        """Return the name within the run of a topic, however it is named or remapped."""
        return self.run_names.within(
            str(self.resolve_topic_name(self.run_names.on_network(topic))))

    def other_publishers(self, topic: str) -> str:
        """Name the nodes that publish on a topic, too; by their full names, '' if none does."""
        offers = self.get_publishers_info_by_topic(self.run_names.on_network(topic))
        names = {full_name_of(offer) for offer in offers}
        return ', '.join(sorted(names - {self.get_fully_qualified_name()}))

    def create_publisher(self, msg_type: type, topic: str, *args: Any, **options: Any) -> Any:
        """Publish within the run."""
        return super().create_publisher(
            msg_type, self.run_names.on_network(topic), *args, **options)

    def create_subscription(
        self, msg_type: type, topic: str, callback: Callable[[Any], None], *args: Any,
        **options: Any,
    ) -> Any:
        """Subscribe within the run; a time that is none ends rclpy's own clock not."""
        def read_clock(message: Any) -> None:
            try:
                callback(message)
            except ValueError as error:
                self.refusals.note(topic, error)

        return super().create_subscription(
            msg_type, self.run_names.on_network(topic),
            read_clock if topic == CLOCK else callback, *args, **options)

    def create_service(
        self, srv_type: type, srv_name: str, callback: Callable[[Any, Any], Any], *args: Any,
        **options: Any,
    ) -> Any:
        """Offer a service within the run; a request that cannot be read is answered with why."""
        def answer(request: Any, response: Any) -> Any:
            try:
                return callback(request, response)
            except ValueError as error:    # as rclpy's own services of parameters raise
                self.refusals.note(srv_name, error)
                return refused(request, response, one_line(error))

        return super().create_service(
            srv_type, self.run_names.on_network(srv_name), answer, *args, **options)

    def set_parameters_atomically(
        self, parameter_list: list[Parameter[Any]],
    ) -> SetParametersResult:
        """Set what may change in flight, to what it may be; else answer why not."""
        try:
            reviewed = self.live_parameters.reviewed(parameter_list)
        except ParameterError as error:
            return SetParametersResult(successful=False, reason=str(error))
        result = super().set_parameters_atomically(reviewed)
        if result.successful:
            self.live_parameters.accept(reviewed)
        return result

    def time_begins(self) -> None:
        """From now on nothing may be compiled; called again, it does nothing."""
        if not self._time_has_begun:
            self._time_has_begun = True
            self._time_ends = time_begins(self._warn)

    def _warn(self, text: str) -> None:
        self._compiled_in_flight += 1
        self.get_logger().warning(text)

    def finish(self) -> None:
        """Write or release what must not be lost."""

    def next_parameters(self, next_run: str) -> dict[str, Any]:
        """Return the parameters that the node of the next run is given instead of this one's."""
        seed = seed_in(next_run)
        return {'run': next_run, **({} if seed == SAME_SEED else {'seed': seed})}

    def between_runs(self, next_run: str) -> BetweenRuns | None:
        """Return what waits in this node's stead for the world of the next run; that does not."""
        return BetweenRuns(
            self.get_name(), self.get_namespace(), self.name_in_run, self.run_names,
            self.membership.run, next_run, self.membership.world_process)

    def destroy_node(self) -> None:
        """Log at the end what was refused, and whether the clock had to wait for a compiler."""
        self._time_ends()
        self.membership.close()
        self.refusals.log_all()
        if self._time_has_begun:
            self.log_compiled()
        super().destroy_node()

    def log_compiled(self) -> None:
        """Log how many kernels were compiled after time had begun."""
        count = self._compiled_in_flight or 'nothing'
        self.get_logger().info(f'compiled after time began: {count}')

# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""Which nodes a scenario needs: the one list behind the launch files and ``ingenuity fly``."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
import os
from typing import Any

from ingenuity_nodes.graph.roster import run_of_process
from ingenuity_nodes.graph.wiring import members_of, node_of, ROVER
from ingenuity_nodes.scenario.sections import Scenario

PACKAGE = 'ingenuity_nodes'


@dataclass(frozen=True)
class NodeSpec:
    """One process."""

    executable: str
    name: str
    namespace: str = ''
    parameters: dict[str, Any] = field(default_factory=dict)
    niceness: int = 0
    params_file: str = ''    # the parameters above count more

    @property
    def full_name(self) -> str:
        """Name in the ROS graph, as ``/ingenuity/navcam``."""
        return f'/{self.namespace}/{self.name}' if self.namespace else f'/{self.name}'


@dataclass(frozen=True)
class RunOptions:
    """What the person who starts a run may choose beside the scenario."""

    scenario: str                    # name or path, as given
    seed: int = -1                   # -1: that of the scenario
    real_time_factor: float = -1.0   # -1: that of the scenario; 0: as fast as possible
    record: bool = True
    run_folder: str = ''             # '': made by the recorder
    features: str = ''               # '': those of the scenario; geometry, images
    software: str = ''               # '': that of the scenario; flight_1, flight_7, fixed
    params_file: str = ''            # of ROS parameters for all nodes, by their names
    raw_images: bool = False         # recorded as they are, not packed without loss


def nodes_of(scenario: Scenario, options: RunOptions) -> list[NodeSpec]:
    """List the processes of one run; the world comes first and is told whom to expect."""
    common = {'scenario': options.scenario, 'seed': options.seed, 'features': options.features,
              'software': options.software, 'run': run_of_process()}
    nodes = [*helicopter_nodes(scenario, common), *rover_nodes(scenario, common),
             NodeSpec('mission', 'mission', parameters=dict(common))]
    if scenario.mapper:
        nodes.append(NodeSpec('mapper', 'mapper', parameters=dict(common)))
    if options.record:
        nodes.append(NodeSpec('recorder', 'recorder', parameters={
            **common, 'run_folder': options.run_folder, 'raw_images': options.raw_images}))
    world = NodeSpec('world', 'world', parameters={
        **common, 'real_time_factor': options.real_time_factor,
        'expects': [node.full_name for node in nodes]})
    return [replace(node, params_file=options.params_file) for node in (world, *nodes)]


def helicopter_nodes(scenario: Scenario, common: dict[str, Any]) -> list[NodeSpec]:
    """List flight computer, cameras and vision of each helicopter."""
    nodes = []
    for section in scenario.helicopters:
        mine = {**common, 'vehicle_name': section.name}
        nodes.append(NodeSpec('helicopter', 'helicopter', section.name, dict(mine)))
        for camera in section.cameras:
            # The photo draws for seconds: it gives way to the loop that flies.
            nodes.append(NodeSpec('camera', camera, section.name, {**mine, 'camera': camera},
                                  niceness=10 if camera == 'rte' else 0))
        if 'navcam' in section.cameras:
            nodes.append(NodeSpec('vision', 'vision', section.name, dict(mine)))
    return nodes


def rover_nodes(scenario: Scenario, common: dict[str, Any]) -> list[NodeSpec]:
    """List the rovers and their mast cameras, which draw nothing until they are asked to."""
    nodes = []
    for section in scenario.rovers:
        mine = {**common, 'vehicle_name': section.name}
        nodes.append(NodeSpec('rover', 'rover', section.name, dict(mine)))
        nodes += [NodeSpec('camera', camera, section.name, {**mine, 'camera': camera},
                           niceness=10) for camera in section.cameras]
    return nodes


def restartable(scenario: Scenario) -> frozenset[str]:
    """
    Full names of the nodes without whose knowledge a run can go on.

    A process that is started again knows nothing of what was before. A helicopter would fall,
    mission control would say go again, a rover that drives would stand where it began. A parked
    rover loses what it has of files, which the radio sends again.
    """
    if scenario.lockstep.on_silence != 'wait':
        return frozenset()
    return frozenset(node_of(ROVER, rover.name) for rover in scenario.rovers
                     if rover.drive_to is None)


def participants(scenario: Scenario) -> list[str]:
    """Full names of the nodes that answer each tick."""
    members = [node_of(kind, name) for kind, names in members_of(scenario).items()
               for name in names]
    return [*members, *scenario.lockstep.participants]


def enclave_arguments(name: str) -> list[str]:
    """Give a process the enclave of its full name, where ROS's security is on."""
    return ['--enclave', name] if os.environ.get('ROS_SECURITY_ENABLE') == 'true' else []

# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""A controller of one's own flies Flight 1: ours, told to be half as brisk. Run: no arguments."""

import sys

from ingenuity_nodes.compiled.build import ensure_built
from ingenuity_nodes.control.controller import Controller
from ingenuity_nodes.scenario.load import load_scenario
from ingenuity_nodes.simulation.batch import fly_batch


class Gentle(Controller):
    """
    Any class with ``prepare`` and ``step`` will do: ``ingenuity_nodes/stages.py`` says how.

    ``test/pd_controller.py`` is one from scratch, in thirty lines.
    """

    def step(self, estimate, setpoint, status):
        """Take half of the acceleration that guidance asks for."""
        return super().step(estimate, setpoint._replace(a_ref=0.5 * setpoint.a_ref), status)


def main(name='flight_01'):
    """Fly with and without it, and print what differs."""
    ensure_built(lambda _: None)
    scenario = load_scenario(name)
    for controller in ('ingenuity_nodes.control.controller:Controller', 'own_controller:Gentle'):
        vehicles = tuple(
            vehicle.model_copy(update={'overrides': {
                **vehicle.overrides, 'stages': {'control': controller}}})
            if vehicle.type == 'ingenuity' else vehicle for vehicle in scenario.vehicles)
        result = fly_batch(scenario.model_copy(update={'vehicles': vehicles}), None, None)
        print(f'{controller.split(":")[1]:12} {result["outcome"]}, '
              f'{result["landing_offset_m"]:.3f} m from the start, '
              f'tilt up to {result["max_tilt_deg"]:.2f} deg')


if __name__ == '__main__':
    main(*sys.argv[1:])

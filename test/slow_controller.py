# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""A control stage that takes its time once: what a user's own code may do to a run."""

import os
import time

from ingenuity_nodes.control.controller import Controller


class SlowController(Controller):
    """Sleeps at the first command in the air, but not in the hop before the flight."""

    made = 0

    def __init__(self, parameters, vehicle, air):
        super().__init__(parameters, vehicle, air)
        SlowController.made += 1
        self._is_slow = SlowController.made == 2

    def step(self, estimate, setpoint, status):
        """Compute the command of one step, the first one in the air late."""
        if setpoint.airborne and self._is_slow:
            self._is_slow = False
            time.sleep(float(os.environ.get('SLOW_S', '0')))
        return super().step(estimate, setpoint, status)

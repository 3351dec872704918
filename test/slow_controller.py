# Copyright 2026 Ingenuity contributors
#
# Licensed under the Apache License, Version 2.0 (the "License");
# you may not use this file except in compliance with the License.
# You may obtain a copy of the License at
#
#     http://www.apache.org/licenses/LICENSE-2.0
#
# Unless required by applicable law or agreed to in writing, software
# distributed under the License is distributed on an "AS IS" BASIS,
# WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
# See the License for the specific language governing permissions and
# limitations under the License.
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

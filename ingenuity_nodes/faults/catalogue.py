# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""
The one catalogue of faults: what may go wrong, how much, and how it ought to end.

An entry is named ``<part>_<kind>``. Its four expected outcomes were reasoned from physics and the
software's design before the first flight; ``why`` gives the reasons. ``./ingenuity faults`` flies
them all.
Combinations that would add nothing are left out: an unpowered servo keeps its position (its gear
cannot be driven back), which is ``servo_stuck``; the inclinometer is read once, so stuck, drift,
delay and drop-out are its bias or ``off``; in radio frames any wrong byte is a drop-out by their
checksum.
"""

from __future__ import annotations

from collections.abc import Mapping
import difflib

from ingenuity_nodes.faults.entries_actuators import ACTUATORS
from ingenuity_nodes.faults.entries_sensors import SENSORS
from ingenuity_nodes.faults.fault import Fault

CATALOGUE: Mapping[str, Fault] = {fault.name: fault for fault in (*SENSORS, *ACTUATORS)}


def entry(name: str) -> Fault:
    """
    Look up one entry.

    Raises
    ------
    KeyError
        There is none of that name; the nearest is proposed.

    """
    if name in CATALOGUE:
        return CATALOGUE[name]
    near = difflib.get_close_matches(name, CATALOGUE, 1)
    hint = f", did you mean '{near[0]}'?" if near else ''
    raise KeyError(f"found '{name}'{hint}; allowed: {', '.join(CATALOGUE)}")

# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""
The one catalogue of faults: what may go wrong, how much, and how it ought to end.

An entry is named ``<part>_<kind>``. Its four expected outcomes were reasoned from physics and the
software's design before the first flight; ``why`` says how. ``./ingenuity faults`` flies them all.
Left out is what makes no sense of its own: an unpowered servo stays where it is (its gear cannot
be driven back), which is ``servo_stuck``; the inclinometer is read once, so stuck, drift, delay
and drop-out are its bias or ``off``; radio frames have no biased bytes that their checksum would
not turn into a drop-out.
"""

from __future__ import annotations

from collections.abc import Mapping
import difflib

from ingenuity_nodes.faults.entries_machinery import MACHINERY
from ingenuity_nodes.faults.entries_sensors import SENSORS
from ingenuity_nodes.faults.fault import Fault

CATALOGUE: Mapping[str, Fault] = {fault.name: fault for fault in (*SENSORS, *MACHINERY)}


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

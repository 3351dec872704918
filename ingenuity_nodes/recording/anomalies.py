# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""Anomalies of a flight: faults, responses of the flight computer, hard landings."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ingenuity_nodes.recording.run_log import VehicleLog
from ingenuity_nodes.signals import ModeChange
from ingenuity_nodes.timing import SECOND_NS

ANOMALOUS_MODES = frozenset({'degraded', 'refused', 'crashed', 'hold', 'order'})
BY_ORDER = 'LAND_NOW', 'abort: ', 'return: ', 'land: ', 'goes on, '    # reasons begin with
HARD_DOWN = 1.5     # [m/s] assumed: half as much again as the planned descent
HARD_ASIDE = 1.0    # [m/s] assumed: on a slope such a slide strikes a blade (docs/model.md)


def is_hard(down: float, aside: float) -> bool:
    """Return whether a contact at these speeds [m/s] is a hard landing."""
    return down > HARD_DOWN or aside > HARD_ASIDE


def refusal_in(modes: Iterable[ModeChange]) -> str:
    """Return why a flight did not start: what stopped its rotors, else what refused it."""
    reasons = {change.mode: change.reason for change in modes}
    return reasons.get('spin_down', reasons.get('refused', ''))


def fault_entries(log: VehicleLog, lift_off_ns: int) -> list[dict[str, Any]]:
    """List the injected faults with start and end in seconds since lift-off."""
    entries: list[dict[str, Any]] = []
    for change in log.faults:
        t_s = (change.t_ns - lift_off_ns) / SECOND_NS
        if change.active:
            entries.append({'fault': change.fault, 'began_t_s': t_s, 'ended_t_s': None,
                            'what': change.text})
            continue
        for entry in entries:
            if entry['fault'] == change.fault and entry['ended_t_s'] is None:
                entry['ended_t_s'] = t_s
                break
    return entries


def response_entries(log: VehicleLog, lift_off_ns: int) -> list[dict[str, Any]]:
    """List the flight computer's responses to anomalies and orders, in s since lift-off."""
    return [{'t_s': (change.t_ns - lift_off_ns) / SECOND_NS, 'mode': change.mode,
             'reason': change.reason}
            for change in log.modes
            if change.mode in ANOMALOUS_MODES or change.reason.startswith(BY_ORDER)]

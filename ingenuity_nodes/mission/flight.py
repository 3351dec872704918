# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""One helicopter's flight, as mission control follows it."""

from __future__ import annotations

from enum import Enum

from ingenuity_nodes.frames import Vector3
from ingenuity_nodes.guidance.mode import IN_FLIGHT, Mode
from ingenuity_nodes.mission.preparation import Prepared
from ingenuity_nodes.signals import ModeChange, Receipt
from ingenuity_nodes.timing import SECOND_NS


class Phase(Enum):
    """Where a flight stands, as mission control sees it."""

    WAITING = 'waiting for the helicopter'
    UPLINKED = 'plan uplinked'
    FLYING = 'flying'
    DOWN = 'on the ground, waiting for its photos'
    DONE = 'done'
    FAILED = 'failed'


# Modes of the flight computer that end a flight, and those that are only announced.
LANDED, FAILED_MODES = 'landed', ('refused', 'crashed')
ANNOUNCED = (Mode.DEGRADED.value, Mode.LIFT_OFF.value, Mode.ORDER.value)
AIRBORNE = frozenset(mode.value for mode in IN_FLIGHT)
TAKES_PLANS = ('standby', 'ready', 'landed', 'refused')


class Flight:
    """
    The flight of one helicopter.

    ``former`` is the flight that this one replaces: what is known of the helicopter stays known.
    """

    def __init__(self, prepared: Prepared, former: Flight | None = None) -> None:
        self.prepared, self.plan = prepared, prepared.plan
        self.phase = Phase.FAILED if prepared.no_go else Phase.WAITING
        self.mode: str = former.mode if former else ''
        self.ready: bool = former.ready if former else False
        self.outcome = f'no-go: {prepared.no_go}' if prepared.no_go else ''
        self.p_MB: Vector3 | None = former.p_MB if former else None    # as it reported
        self.yaw: float | None = former.yaw if former else None        # [rad]
        self.cut_short = False    # ordered to end early
        self._name = prepared.section.name
        self._start_ns = round(prepared.start * SECOND_NS)
        self._uplink_accepted = False
        self._photos_missing = len(prepared.section.photographed)
        # Every rover that has the photo reports it.
        self._received: set[str] = former.received if former else set()
        self._decisions = [*prepared.log, *([self.outcome] if self.outcome else [])]

    @property
    def received(self) -> set[str]:
        """Return the names of the photos that are on a rover."""
        return set(self._received)

    @property
    def over(self) -> bool:
        """Return whether nothing of it is left to be waited for."""
        return self.phase in (Phase.DONE, Phase.FAILED)

    @property
    def stands_at(self) -> tuple[float, float]:
        """Return where the next flight begins, as far as is known: east, north [m]."""
        if self.p_MB is None or self.mode != LANDED:
            return self.prepared.section.position
        east, north = self.p_MB[:2].tolist()
        return east, north

    @property
    def airborne(self) -> bool:
        """Return whether it is in the air, by its last mode."""
        return self.mode in AIRBORNE

    @property
    def decided(self) -> bool:
        """Return whether decisions have not been taken yet."""
        return bool(self._decisions)

    def take_decisions(self) -> list[str]:
        """Return what was decided before the flight, once."""
        decisions, self._decisions = self._decisions, []
        return [f'{self._name}: {line}' for line in decisions]

    def may_go(self, t_ns: int) -> bool:
        """Return whether the flight computer has the plan and its time has come."""
        return self.phase is Phase.UPLINKED and self._uplink_accepted and t_ns >= self._start_ns

    def go_now(self) -> None:
        """Wait for the start time no longer."""
        self._start_ns = 0

    def take_mode(self, change: ModeChange, wait_for_photos: bool) -> list[str]:
        """Note what the flight computer does; return the line of the log."""
        mode, reason = change.mode, change.reason
        line = [f'{self._name}: {mode}: {reason}']
        if mode in ANNOUNCED:
            return line
        self.mode = mode
        self.ready = self.ready or mode == 'standby'
        self._uplink_accepted = self._uplink_accepted or mode == 'ready'
        if self.phase is Phase.FAILED:
            pass    # what has failed stays failed
        elif mode == LANDED:
            self.outcome = LANDED
            if self.cut_short and self.plan is not None:
                # Of an early end: photos of segments are not taken any more, others are.
                self._photos_missing = min(self._photos_missing, len(self.plan.photos))
            waits = wait_for_photos and self._photos_missing > 0
            self.phase = Phase.DOWN if waits else Phase.DONE
        elif mode in FAILED_MODES:
            self.outcome = f'{mode}: {reason}'
            self.phase = Phase.FAILED
        return line

    def take_receipt(self, receipt: Receipt) -> list[str]:
        """Note a photo that is on a rover; return the line of the log."""
        if receipt.name in self._received:
            return []
        self._received.add(receipt.name)
        self._photos_missing -= 1
        if self.phase is Phase.DOWN and self._photos_missing <= 0:
            self.phase = Phase.DONE
        return [f'{self._name}: {receipt.name} is on the rover']

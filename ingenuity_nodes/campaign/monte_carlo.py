# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""Flies the runs of a campaign that are not flown yet, and keeps each row as it is done."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
import time

from ingenuity_nodes.campaign.crew import Crew, Done, InProcess
from ingenuity_nodes.campaign.flight_rows import (
    CampaignPlan, empty_row, FAILED, fly_run, Row)
from ingenuity_nodes.campaign.row_store import RowStore
from ingenuity_nodes.campaign.sampling import Draw

KEEP_S = 2.0    # [s] at most that rows wait to be kept together


@dataclass(frozen=True)
class Progress:
    """How far a campaign is."""

    done: int
    total: int
    failed: int
    flown_now: int      # since this command began
    elapsed_s: float
    memory_mb: float    # the most that one worker has used

    @property
    def left_s(self) -> float | None:
        """Return the time left [s], from the runs of this command; None before the first."""
        if self.flown_now == 0:
            return None
        return self.elapsed_s / self.flown_now * (self.total - self.done)

    def __str__(self) -> str:
        text = f'{self.done} of {self.total} flown, {self.failed} failed'
        if self.left_s is None:
            return text
        return (f'{text}, {self.flown_now / max(self.elapsed_s, 1e-9):.2f} runs/s, '
                f'{duration(self.left_s)} left')


def duration(seconds: float) -> str:
    """Write a time for people: 48 s, 12 min, 3 h 05 min."""
    if seconds < 90.0:
        return f'{seconds:.0f} s'
    minutes = round(seconds / 60.0)
    return f'{minutes} min' if minutes < 90 else f'{minutes // 60} h {minutes % 60:02} min'


def fly_campaign(
    plan: CampaignPlan, drawn: Sequence[Draw], store: RowStore, team: Crew | InProcess,
    show: Callable[[Progress], None] = lambda _: None,
) -> list[Row]:
    """
    Fly what is left of a campaign, and return all its rows sorted by run.

    Raises
    ------
    CrewError
        No worker is left; finished runs are kept.
    RecordingError
        Rows cannot be kept, those before are.

    """
    began = kept = time.monotonic()
    before = {row['run']: row for row in store.rows()}
    left = [draw for draw in drawn if draw.run not in before]
    failed = sum(row['status'] == FAILED for row in before.values())
    fresh: list[Row] = []
    flown, memory = 0, 0.0
    try:
        for done in team.compute(partial(fly_run, plan), left):
            row = _row(plan, done)
            fresh.append(row)
            flown, failed = flown + 1, failed + (row['status'] == FAILED)
            memory = max(memory, row['memory_mb'] or 0.0)
            if time.monotonic() - kept > KEEP_S:
                store.append(fresh)
                fresh, kept = [], time.monotonic()
            show(Progress(len(before) + flown, len(drawn), failed, flown,
                          time.monotonic() - began, memory))
    finally:    # what is flown stays, whatever ended the rest
        if fresh:
            store.append(fresh)
    return store.finish()


def _row(plan: CampaignPlan, done: Done[Draw, Row]) -> Row:
    if done.result is not None:
        return done.result
    return empty_row(plan.campaign, done.task, done.reason)

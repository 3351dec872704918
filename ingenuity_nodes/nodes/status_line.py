# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""How a flight stands, in one line, for the program that has started the node."""

from __future__ import annotations

import math
import os
from pathlib import Path
import time

from ingenuity_nodes import frames
from ingenuity_nodes.graph.processes import RUN_FOLDER, STATUS, STATUS_WANTED
from ingenuity_nodes.helicopter.helicopter import HelicopterOutputs
from ingenuity_nodes.radio.frames import is_photo
from ingenuity_nodes.timing import SECOND_NS

EVERY = 0.5    # [s] of wall time


def print_status(text: str) -> None:
    """Print a line about how things stand if the environment asks for such."""
    if os.environ.get(STATUS_WANTED):
        print(f'{STATUS}{text}', flush=True)


def print_folder(path: Path) -> None:
    """Print where a run is recorded if the environment asks for how things stand."""
    if os.environ.get(STATUS_WANTED):
        print(f'{RUN_FOLDER}{path}', flush=True)


class StatusLine:
    """Prints a line now and then if the environment asks for it."""

    def __init__(self, name: str) -> None:
        self._name, self._wanted = name, bool(os.environ.get(STATUS_WANTED))
        self._start: frames.Vector3 | None = None
        self._published, self._published_ns = time.monotonic(), 0
        self._mode, self._sent = '', ''

    def publish(self, t_ns: int, outputs: HelicopterOutputs, lift_off_ns: int | None) -> None:
        """Print it when it is due."""
        if not self._wanted:
            return
        if self._start is None:
            self._start = outputs.estimate.p_MB
        for change in outputs.modes:
            self._mode = change.mode
        for packet in outputs.packets:
            if not is_photo(packet.name):
                continue
            self._sent = f'  {100 * (packet.index + 1) // packet.count} % of the photo sent'
        now = time.monotonic()
        if now - self._published < EVERY:
            return
        factor = (t_ns - self._published_ns) / SECOND_NS / (now - self._published)
        self._published, self._published_ns = now, t_ns
        print_status(self._text(t_ns, outputs, lift_off_ns, factor))

    def _text(
        self, t_ns: int, outputs: HelicopterOutputs, lift_off_ns: int | None, factor: float,
    ) -> str:
        since = (f'{t_ns / SECOND_NS:.1f} s' if lift_off_ns is None
                 else f'T+{(t_ns - lift_off_ns) / SECOND_NS:.1f} s')
        east, north, up = outputs.estimate.p_MB - self._start
        height = f'{up:.1f} m up  ' if outputs.setpoint.airborne else ''
        # It fits a terminal of 80 columns.
        return (f'{self._name}  {since}  {self._mode}  {height}{math.hypot(east, north):.1f} m '
                f'away  {factor:.1f} x real time{self._sent}')

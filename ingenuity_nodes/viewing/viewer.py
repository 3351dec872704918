# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""Rerun's server of page and data, for this machine alone and with analytics off."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, ExitStack
from importlib.util import find_spec
import json
import os
from pathlib import Path
import socket
import subprocess
from tempfile import TemporaryDirectory
import time
from urllib.parse import quote

import rerun as rr

APPLICATION = 'Ingenuity'
HERE = '127.0.0.1'
MEMORY = '1GiB'    # assumed: ten times a flight; what is oldest is dropped beyond it
START_S = 60.0     # assumed: it takes a second; a busy machine may take longer


class ViewerError(RuntimeError):
    """The viewer does not start; the message says why."""


def new_recording(name: str) -> rr.RecordingStream:
    """Start a recording whose only time is that of the flight, kept until it is sent."""
    rr.set_log_time_enabled(False)
    rr.set_log_tick_enabled(False)
    recording = rr.RecordingStream(APPLICATION)
    recording.send_recording_name(name)
    return recording


@contextmanager
def serving(port: int) -> Iterator[tuple[str, str]]:
    """
    Serve page and data while the context lasts.

    Parameters
    ----------
    port
        Of the page; the data use the next one.

    Yields
    ------
    tuple[str, str]
        Address of the page, and of the data for a recording to connect to.

    Raises
    ------
    ViewerError
        A port is taken, or the server ends.

    """
    for wanted in (port, port + 1):
        _check_free(wanted)
    data = f'rerun+http://{HERE}:{port + 1}/proxy'
    with ExitStack() as stack:
        folder = stack.enter_context(TemporaryDirectory(prefix='ingenuity_view_'))
        log = stack.enter_context(Path(folder, 'log').open('w+'))
        server = subprocess.Popen(
            [_program(), '--serve-web', '--bind', HERE, '--port', str(port + 1),
             '--web-viewer-port', str(port), '--server-memory-limit', MEMORY],
            env=without_analytics(Path(folder)), stdin=subprocess.DEVNULL, stdout=log, stderr=log,
            start_new_session=True)    # Ctrl-C is ours; then we end it
        try:
            _wait(server, (port, port + 1), log.name)
            yield f'http://{HERE}:{port}/?url={quote(data, safe="")}', data
        finally:
            server.terminate()
            server.wait()


def without_analytics(folder: Path) -> dict[str, str]:
    """
    Return an environment in which Rerun sends nothing, whatever a user has chosen elsewhere.

    It knows no variable for that, only a file among its settings: these are in a folder of ours.
    In a page that is not of rerun.io its viewer sends nothing.
    """
    file = folder / 'rerun' / 'analytics.json'
    file.parent.mkdir()
    file.write_text(json.dumps({
        'analytics_enabled': False, 'analytics_id': '', 'metadata': {},
        'config_file_path': str(file), 'data_dir_path': str(folder / 'spool')}))
    return {**os.environ, 'XDG_CONFIG_HOME': str(folder), 'XDG_DATA_HOME': str(folder),
            'TELEMETRY_ENABLED': 'false'}


def _program() -> str:
    """Find the program itself: ``python -m rerun_cli`` would leave it running when it ends."""
    spec = find_spec('rerun_cli')
    if spec is None or spec.origin is None:
        raise ViewerError('view: found no program rerun beside rerun-sdk')
    return str(Path(spec.origin).with_name('rerun'))


def _check_free(port: int) -> None:
    with socket.socket() as one:
        one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            one.bind((HERE, port))
        except OSError as error:
            raise ViewerError(f'--port: found {port} in use, allowed: a free one, and the next '
                              'one free, too') from error


def _wait(server: subprocess.Popen[bytes], ports: tuple[int, ...], log: str) -> None:
    """Wait until a server answers on its ports."""
    end = time.monotonic() + START_S
    for port in ports:
        while not _answers(port):
            try:
                server.wait(timeout=0.05)
            except subprocess.TimeoutExpired:
                if time.monotonic() < end:
                    continue
            lines = Path(log).read_text(errors='replace').split('\n')
            raise ViewerError(f'the viewer did not start: {" ".join(lines)[-300:]}')


def _answers(port: int) -> bool:
    try:
        socket.create_connection((HERE, port), timeout=1.0).close()
    except OSError:
        return False
    return True

# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""
Rerun's viewer in the browser, for this machine alone, and with nothing sent anywhere.

Its page asks GitHub for news, Google for fonts and reports to Rerun what is used, and knows no
switch for that. So the page is handed on by us, with a policy that lets the browser reach our two
ports and nothing else.
"""

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
from typing import NamedTuple
from urllib.parse import quote

from ingenuity_nodes.viewing.page import HERE, page
import rerun as rr

APPLICATION = 'Ingenuity'
MEMORY = '1GiB'    # assumed: ten times a flight; what is oldest is dropped beyond it
START_S = 60.0     # assumed: it takes a second; a busy machine may take longer


class ViewerError(RuntimeError):
    """The viewer does not start; the message says why."""


class Viewer(NamedTuple):
    """A viewer that is served."""

    page: str    # its address
    data: str    # address for a recording to connect to
    server: subprocess.Popen[bytes]

    def wait(self) -> None:
        """Wait until the server ends, as it does not by itself."""
        self.server.wait()


def new_recording(name: str) -> rr.RecordingStream:
    """Start a recording whose only time is that of the flight, kept until it is sent."""
    recording = rr.RecordingStream(APPLICATION)
    rr.set_log_time_enabled(False, recording)
    rr.set_log_tick_enabled(False, recording)
    recording.send_recording_name(name)
    return recording


@contextmanager
def serving(port: int) -> Iterator[Viewer]:
    """
    Serve page and data while the context lasts.

    Parameters
    ----------
    port
        Of the page; the two next ones are those of the data and of Rerun's own page.

    Raises
    ------
    ViewerError
        A port is taken, or the server ends.

    """
    for wanted in range(port, port + 3):
        _check_free(wanted)
    data = f'rerun+http://{HERE}:{port + 1}/proxy'
    with ExitStack() as stack:
        folder = stack.enter_context(TemporaryDirectory(prefix='ingenuity_view_'))
        log = stack.enter_context(Path(folder, 'log').open('w+'))
        server = subprocess.Popen(
            [_program(), '--serve-web', '--bind', HERE, '--port', str(port + 1),
             '--web-viewer-port', str(port + 2), '--server-memory-limit', MEMORY],
            env=without_analytics(Path(folder)), stdin=subprocess.DEVNULL, stdout=log, stderr=log,
            start_new_session=True)    # Ctrl-C is ours; then we end it
        try:
            _wait(server, (port + 1, port + 2), log.name)
            stack.enter_context(page(port))
            yield Viewer(f'http://{HERE}:{port}/?url={quote(data, safe="")}', data, server)
        finally:
            server.terminate()
            server.wait()


def without_analytics(folder: Path) -> dict[str, str]:
    """
    Return an environment in which Rerun sends nothing, whatever a user has chosen elsewhere.

    It knows no variable for that, only a file among its settings: these are in a folder of ours.
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
            raise ViewerError(f'--port: found {port} in use, allowed: a free one, and the two '
                              'after it free, too') from error


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

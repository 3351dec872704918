# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""A run in the browser, by Rerun."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Iterator
from contextlib import contextmanager, ExitStack
from importlib.util import find_spec
from pathlib import Path
import signal
import sys
from typing import TYPE_CHECKING
import webbrowser

from ingenuity_nodes.commands.narrator import Narrator
from ingenuity_nodes.graph.domains import domain_of_run
from ingenuity_nodes.recording.errors import RecordingError
from ingenuity_nodes.recording.run_folder import bag_folder, LATEST
from ingenuity_nodes.yaml_files.check import FileError

if TYPE_CHECKING:    # each command imports what it needs, when it needs it
    from ingenuity_nodes.viewing.viewer import Viewer
    from rerun import RecordingStream
    from rerun.blueprint import Blueprint

TIME_OUT = 20.0    # [s] assumed: a graph answers within some, also on a busy machine


def view(options: Namespace) -> int:
    """Show a run until Ctrl-C, or write it to a file."""
    if find_spec('rerun') is None:
        raise FileError('view needs rerun-sdk: ./ingenuity view installs it; in another '
                        'environment: pip install -r environment/view.in')
    from ingenuity_nodes.viewing.viewer import ViewerError

    signal.signal(signal.SIGTERM, signal.default_int_handler)    # ends the server, too
    try:
        return _live(options) if options.live else _recorded(options)
    except ViewerError as error:
        raise FileError(str(error)) from error
    except KeyboardInterrupt:
        return 0


def _recorded(options: Namespace) -> int:
    from ingenuity_nodes.viewing.bag import write_bag
    from ingenuity_nodes.viewing.viewer import new_recording

    if options.domain:
        raise FileError('--domain: found without --live, allowed: with it')
    bag = _bag(options.run)
    with Narrator(sys.stderr) as narrator:
        narrator(f'{bag}: reading')
        recording = new_recording(Path(options.run or LATEST).resolve().name)
        blueprint = write_bag(bag, recording, narrator)
    if options.save:
        recording.save(options.save, default_blueprint=blueprint)
        recording.disconnect()    # which ends the file
        print(f'{options.save}: written; look at it with: rerun {options.save}')
        return 0
    with _shown(recording, options, blueprint) as viewer:
        viewer.wait()
    return 1


def _live(options: Namespace) -> int:
    """Show a run while it goes on; with its end this ends, and what the browser has stays."""
    from ingenuity_nodes.viewing.viewer import new_recording

    if options.run:
        raise FileError(f"RUN: found '{options.run}' beside --live, allowed: one of them")
    try:
        from ingenuity_nodes.nodes.live_view import watching
    except ImportError as error:
        raise FileError(f'view --live needs ROS 2: {error}') from error
    domain = domain_of_run(options.domain)
    recording = new_recording(f'live, domain {domain}')
    with Narrator(sys.stderr) as narrator, ExitStack() as stack:
        narrator(f'looking for a run in ROS domain {domain}')
        feed = stack.enter_context(watching(domain, recording, narrator, TIME_OUT))
        if options.save:
            recording.save(options.save)
            stack.callback(recording.disconnect)    # which ends the file
        else:
            stack.enter_context(_shown(recording, options))
        end = feed()
        recording.flush()
    print(f'the run has {end}')
    if options.save:
        print(f'{options.save}: written; look at it with: rerun {options.save}')
    return 0


@contextmanager
def _shown(
    recording: RecordingStream, options: Namespace, blueprint: Blueprint | None = None,
) -> Iterator[Viewer]:
    """Serve a recording while the context lasts, and open a browser."""
    from ingenuity_nodes.viewing.viewer import serving

    with serving(options.port) as viewer:
        try:
            recording.connect_grpc(viewer.data, default_blueprint=blueprint)
            recording.flush()
            print(f'{viewer.page}\nCtrl-C ends it', flush=True)
            if not options.no_browser:
                webbrowser.open(viewer.page)
            yield viewer
        finally:
            recording.disconnect()    # before the server ends, which it would regret


def _bag(run: str) -> Path:
    """Find the bag of a run; of the latest run if none is named."""
    folder = Path(run) if run else Path('runs') / LATEST
    if not folder.exists():
        raise FileError(f'{folder}: found no such run, allowed: the folder of a run or of a bag')
    bag = bag_folder(str(folder))
    if bag == folder and (folder / 'result.json').is_file():
        raise RecordingError(
            f'{folder}: has no bag, which only flights over ROS leave; make one of it: '
            f'ingenuity export {folder} --format rosbag2 --out {folder}/bag')
    return bag

# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""A run in the browser, by Rerun."""

from __future__ import annotations

from argparse import Namespace
from importlib.util import find_spec
from pathlib import Path
import signal
import sys
import webbrowser

from ingenuity_nodes.commands.narrator import Narrator
from ingenuity_nodes.recording.errors import RecordingError
from ingenuity_nodes.recording.run_folder import bag_folder, LATEST
from ingenuity_nodes.yaml_files.check import FileError


def view(options: Namespace) -> int:
    """Show a run until Ctrl-C, or write it to a file."""
    if find_spec('rerun') is None:
        raise FileError('view needs rerun-sdk: ./ingenuity view installs it; in another '
                        'environment: pip install -r environment/view.in')
    from ingenuity_nodes.viewing.bag import write_bag
    from ingenuity_nodes.viewing.viewer import new_recording, serving, ViewerError

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
    signal.signal(signal.SIGTERM, signal.default_int_handler)    # ends the server, too
    try:
        with serving(options.port) as viewer:
            try:
                recording.connect_grpc(viewer.data, default_blueprint=blueprint)
                recording.flush()
                print(f'{viewer.page}\nCtrl-C ends it', flush=True)
                if not options.no_browser:
                    webbrowser.open(viewer.page)
                viewer.wait()
            finally:
                recording.disconnect()    # before the server ends, which it would regret
    except ViewerError as error:
        raise FileError(str(error)) from error
    except KeyboardInterrupt:
        return 0
    return 1


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

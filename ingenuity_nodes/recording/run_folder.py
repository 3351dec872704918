# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""The folder of a run: created and checked before anything starts, and the names of its files."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timezone
import fcntl
import itertools
import os
from pathlib import Path
import re
import shutil
from typing import NamedTuple

from ingenuity_nodes.recording.errors import RecordingError

# A flight of 80 s with 30 Hz images is about 0.75 GB; twice that, for longer hovers.
NEEDED_BYTES = 1_500_000_000
LATEST = 'latest'


class PhotoFiles(NamedTuple):
    """The files of one photo."""

    photo: Path        # in full size
    zoom: Path         # the crop around the target
    annotated: Path    # the copy that shows where the target is


@dataclass(frozen=True)
class RunFolder:
    """The folder with all files of one run."""

    path: Path

    @classmethod
    def create(
        cls, scenario: str, path: Path | None = None, *, root: Path = Path('runs'),
        needed_bytes: int = NEEDED_BYTES, utc: datetime | None = None,
    ) -> RunFolder:
        """
        Create the folder of a new run, and check that there is space for it.

        Parameters
        ----------
        scenario
            Its name is the start of the folder's name.
        path
            The folder, if the user named one; it must be new or empty. Else
            ``root``/<scenario>_<UTC stamp>, with a link ``latest`` next to it.
        root
            Where unnamed runs are kept.
        needed_bytes
            Free space that is required.
        utc
            Time for the stamp; now, if not given.

        Raises
        ------
        RecordingError
            It cannot be created or written to, is not empty or another run's, or the disk has too
        little space.

        """
        now = (utc or datetime.now(timezone.utc)).astimezone(timezone.utc)
        stem = root / f'{scenario}_{now:%Y%m%dT%H%M%SZ}'
        folder = path or stem
        created = [level for level in (folder, *folder.parents) if not level.exists()]
        try:
            folder = path or _unused(stem)
            _make(folder, needed_bytes)
        except RecordingError:
            _remove(created)
            raise
        if path is None:
            _link(root / LATEST, folder)
        return cls(folder)

    @classmethod
    def open(cls, path: Path) -> RunFolder:    # noqa: A003, RUF100
        """
        Open the folder of an earlier run.

        Raises
        ------
        RecordingError
            It does not exist.

        """
        if not path.is_dir():
            raise RecordingError(f'{path}: no such run folder')
        return cls(path)

    @classmethod
    def beside(cls, before: RunFolder, *, needed_bytes: int = NEEDED_BYTES) -> RunFolder:
        """
        Create the folder of the run after a reset: ``<folder>_2``, ``_3``, whatever is free.

        Raises
        ------
        RecordingError
            It cannot be created, or the disk has too little space.

        """
        path = before.path
        number = re.fullmatch(r'(.+)_[1-9][0-9]*', path.name, re.ASCII)
        if number and path.with_name(number[1]).is_dir():
            path = path.with_name(number[1])    # of which the one before is the second or later
        folder = _unused(path)
        _make(folder, needed_bytes)
        latest = folder.parent / LATEST
        if latest.is_symlink() and latest.resolve() == before.path.resolve():
            _link(latest, folder)
        return cls(folder)

    @property
    def result(self) -> Path:
        """Name the figures, for scripts."""
        return self.path / 'result.json'

    @property
    def run_log(self) -> Path:
        """Name the recorded columns, from which the report is made."""
        return self.path / 'run_log.npz'

    @property
    def bag(self) -> Path:
        """Name the folder with the recorded topics."""
        return self.path / 'bag'

    @property
    def report(self) -> Path:
        """Name the report, a page for the browser."""
        return self.path / 'report.html'

    def trajectory(self, namespace: str = '') -> Path:
        """Name the true trajectory of the first vehicle, or of another by its namespace."""
        return self.path / f'trajectory{_tail(namespace)}.tum'

    def trajectory_estimate(self, namespace: str = '') -> Path:
        """Name the estimated trajectory."""
        return self.path / f'trajectory{_tail(namespace)}_estimate.tum'

    def photo(self, namespace: str = '', number: int = 1) -> Path:
        """Name an image in full size; the first of the first vehicle is ``photo.jpg``."""
        return self.path / f'photo{_tail(namespace)}{_tail(str(number)) if number > 1 else ""}.jpg'

    def photo_zoom(self, namespace: str = '', number: int = 1) -> Path:
        """Name the crop around the target."""
        return _with_suffix(self.photo(namespace, number), 'zoom')

    def photo_annotated(self, namespace: str = '', number: int = 1) -> Path:
        """Name the copy that shows where the target is."""
        return _with_suffix(self.photo(namespace, number), 'annotated')

    def mast_image(self, rover: str, t_ns: int) -> Path:
        """Name an image of a rover's mast camera by its instant, as ``..._000041250.jpg``, ms."""
        return self.path / f'mastcam_{rover}_{t_ns // 1_000_000:09d}.jpg'

    def photo_files(self, namespace: str = '', number: int = 1) -> PhotoFiles:
        """Name an image and its copies."""
        return PhotoFiles(
            self.photo(namespace, number), self.photo_zoom(namespace, number),
            self.photo_annotated(namespace, number))


def _make(folder: Path, needed_bytes: int) -> None:
    """Create a folder unless it exists; raise unless it is empty, writable and has space."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        _claim(folder)
        if any(folder.iterdir()):
            raise RecordingError(f'{folder}: holds files, allowed: a new or an empty folder')
        probe = folder / '.probe'
        probe.touch()
        probe.unlink()
        free = shutil.disk_usage(folder).free
    except OSError as error:
        raise RecordingError(f'{folder}: cannot be written: {error.strerror}') from error
    if free < needed_bytes:
        raise RecordingError(f'{folder}: {_gigabytes(free)} free on its disk, '
                             f'needed: {_gigabytes(needed_bytes)}')


def _remove(created: Iterable[Path]) -> None:
    """Remove the empty folders that were created for a run that cannot start."""
    for folder in created:
        if folder.is_dir():
            folder.rmdir()


def _claim(folder: Path) -> None:
    """Keep a folder from other runs for as long as this process lives; nothing stays behind."""
    number = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(number, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        os.close(number)
        raise RecordingError(f'{folder}: another run writes there, allowed: a folder of its own'
                             ) from error
    except OSError:
        os.close(number)    # a file system without locks


def _unused(stem: Path) -> Path:
    """
    Make a folder that nobody has: whoever makes it owns it, however many start in one second.

    Raises
    ------
    RecordingError
        It cannot be made.

    """
    for k in itertools.count(1):
        folder = stem if k == 1 else stem.with_name(f'{stem.name}_{k}')
        try:
            folder.mkdir(parents=True)
        except FileExistsError:
            continue
        except OSError as error:
            raise RecordingError(f'{folder}: cannot be written: {error.strerror}') from error
        return folder
    raise AssertionError('there is always another number')


def _link(link: Path, folder: Path) -> None:
    """Point ``latest`` at a run; leave it alone if it is not a link, and ignore failures."""
    if link.exists() and not link.is_symlink():
        return
    fresh = link.with_name(f'.{LATEST}.{os.getpid()}')
    try:
        fresh.symlink_to(folder.name)
        fresh.replace(link)
    except OSError:
        fresh.unlink(missing_ok=True)


def _tail(part: str) -> str:
    return f'_{part}' if part else ''


def _with_suffix(path: Path, word: str) -> Path:
    return path.with_name(f'{path.stem}_{word}{path.suffix}')


def _gigabytes(count: int) -> str:
    return f'{count / 1e9:.2f} GB'


def bag_folder(text: str) -> Path:
    """
    Find the bag in a run folder, or take the folder, or a file of one, as the bag.

    Raises
    ------
    RecordingError
        Nothing was named.

    """
    if not text:
        raise RecordingError('bag: nothing found, allowed: the folder of a run or of its bag')
    folder = Path(text)
    return folder / 'bag' if (folder / 'bag').is_dir() else folder

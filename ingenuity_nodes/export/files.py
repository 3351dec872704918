# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""Writing data sets: tables, images, YAML; whatever the disk refuses is one clear line."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import cv2
from ingenuity_nodes.export.flight_record import FlightRecord, Times
from ingenuity_nodes.export.geometry import Matrix4, poses, quaternions, with_exposures
from ingenuity_nodes.recording.errors import RecordingError
from ingenuity_nodes.timing import SECOND_NS
import numpy as np
from numpy.typing import NDArray
import yaml

PNG_LEVEL = 1    # fast; level 9 takes ten times as long for 8 % less


def write_text(path: Path, text: str) -> None:
    """
    Write a text file, with the folders it needs.

    Raises
    ------
    RecordingError
        It cannot be written; so do the others here.

    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding='utf-8')
    except OSError as error:
        raise RecordingError(f'{path}: cannot be written: {error.strerror}') from error


def write_rows(
    path: Path, rows: Iterable[Sequence[object]], *, head: str = '', separator: str = ',',
) -> None:
    """Write a table; floats so that they are read back to the last bit."""
    lines = [head, *(separator.join(_cell(value) for value in row) for row in rows)]
    write_text(path, '\n'.join(lines[0 if head else 1:]) + '\n')


def _cell(value: object) -> str:
    if isinstance(value, (float, np.floating)):
        return repr(float(value))
    return str(value)


def write_yaml(path: Path, content: dict[str, Any], comment: str = '') -> None:
    """Write YAML, lists of numbers in one line each."""
    text = yaml.safe_dump(content, sort_keys=False, default_flow_style=None, width=1000)
    write_text(path, f'# {comment}\n{text}' if comment else text)


def write_image(path: Path, image: NDArray[Any]) -> None:
    """Write a PNG of 8 or 16 bits: lossless."""
    done, data = cv2.imencode('.png', image, [cv2.IMWRITE_PNG_COMPRESSION, PNG_LEVEL])
    assert done    # memory is all that it needs
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data.tobytes())
    except OSError as error:
        raise RecordingError(f'{path}: cannot be written: {error.strerror}') from error


def matrix_rows(T: Matrix4) -> list[list[float]]:
    """Return a matrix as lists, as YAML takes it."""
    return [[float(value) for value in row] for row in T]


def write_tum(path: Path, t_ns: Times, T: Matrix4) -> None:
    """Write poses (n, 4, 4) as ``t x y z qx qy qz qw``, to the last bit."""
    q = quaternions(T)
    write_rows(path, (
        (f'{int(t) // SECOND_NS}.{int(t) % SECOND_NS:09d}', *pose[:3, 3], *q_wxyz[[1, 2, 3, 0]])
        for t, pose, q_wxyz in zip(t_ns, T, q, strict=True)),
        head='# t x y z qx qy qz qw', separator=' ')


def write_trajectories(folder: Path, record: FlightRecord, T_BX: Matrix4) -> None:
    """Write truth and estimate of a frame X of the body for evo, ``evo_ape tum``."""
    truth = with_exposures(record)
    write_tum(folder / 'truth.tum', truth.t_ns, poses(truth) @ T_BX)
    if len(record.estimate.t_ns):
        write_tum(folder / 'estimate.tum', record.estimate.t_ns, poses(record.estimate) @ T_BX)

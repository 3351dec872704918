# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""
The folder of a campaign: rows as Parquet, written while it runs.

A Parquet file is readable only when it is complete, so rows arrive in parts, each a small file
that appears by being renamed; at the end they become one, sorted by run. Whatever is killed
when, a part is there as a whole or not at all.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
import json
import os
from pathlib import Path
from typing import Any

from ingenuity_nodes.campaign.flight_rows import CampaignPlan, columns_of, Row
from ingenuity_nodes.campaign.programme import programme
from ingenuity_nodes.recording.errors import of_a_stranger, RecordingError

ALL, PARTS, IDENTITY = 'rows.parquet', 'parts', 'campaign.json'
DECIDES = 'campaign', 'scenario', 'programme'    # the rows, written in IDENTITY


@dataclass(frozen=True)
class RowStore:
    """The rows of one campaign in its folder."""

    path: Path
    columns: Mapping[str, type]

    @classmethod
    def open(cls, path: Path, plan: CampaignPlan) -> RowStore:    # noqa: A003, RUF100
        """
        Create the folder of a campaign, or go on in it.

        Raises
        ------
        RecordingError
            It cannot be written, or holds another campaign or rows of another programme.

        """
        identity = identity_of(plan)
        try:
            (path / PARTS).mkdir(parents=True, exist_ok=True)
            for torn in (path / PARTS).glob('.*'):
                torn.unlink()
            known = path / IDENTITY
            if known.is_file():
                _check_identity(path, read_identity(known), identity)
            elif any(entry.name != PARTS for entry in path.iterdir()):
                raise RecordingError(f'{path}: holds files of something else, allowed: a new or '
                                     'an empty folder, or that of this campaign')
            else:
                _write(known, (json.dumps(identity, indent=2) + '\n').encode())
        except (OSError, ValueError) as error:
            if isinstance(error, RecordingError):
                raise
            raise RecordingError(f'{path}: cannot be used: '
                                 f'{getattr(error, "strerror", None) or error}') from error
        return cls(path, columns_of(plan.campaign))

    def rows(self) -> list[Row]:
        """
        Read all rows, sorted by run.

        Raises
        ------
        RecordingError
            A file of the folder is damaged.

        """
        files = [*self.path.glob(ALL), *sorted((self.path / PARTS).glob('*.parquet'))]
        found: dict[int, Row] = {}
        for file in files:
            for row in read_rows(file):
                found.setdefault(row['run'], row)
        return [found[run] for run in sorted(found)]

    def append(self, rows: Iterable[Row]) -> None:
        """
        Keep some more rows, for good when this returns.

        Raises
        ------
        RecordingError
            The disk is full or the folder cannot be written; rows kept before stay.

        """
        rows = list(rows)
        part = self.path / PARTS / f'{min(row["run"] for row in rows):06}.parquet'
        self._write_rows(part, rows)

    def finish(self) -> list[Row]:
        """
        Make one file of all parts and return its rows.

        Raises
        ------
        RecordingError
            The folder cannot be written; the parts stay.

        """
        rows = self.rows()
        parts = sorted((self.path / PARTS).glob('*.parquet'))
        if parts:
            self._write_rows(self.path / ALL, rows)
            for part in parts:
                part.unlink()
        return rows

    def _write_rows(self, path: Path, rows: list[Row]) -> None:
        import pyarrow
        from pyarrow import parquet

        kinds = {int: pyarrow.int64(), float: pyarrow.float64(), str: pyarrow.string()}
        schema = pyarrow.schema([(name, kinds[kind]) for name, kind in self.columns.items()])
        table = pyarrow.Table.from_pylist(rows, schema=schema)
        sink = pyarrow.BufferOutputStream()
        parquet.write_table(table, sink, compression='zstd')
        try:
            _write(path, sink.getvalue().to_pybytes())
        except OSError as error:
            raise RecordingError(
                f'{path}: cannot be written: {error.strerror}; the rows before are kept, the same '
                'command flies the rest') from error


def read_rows(path: Path) -> list[Row]:
    """
    Read the rows of one Parquet file.

    Raises
    ------
    RecordingError
        It is damaged or unreadable.

    """
    from pyarrow import parquet

    with of_a_stranger(f'{path}: not a readable Parquet file'):
        rows: list[Row] = parquet.read_table(path).to_pylist()
        if not all(isinstance(row.get('run'), int) for row in rows):
            raise ValueError('found a row without a number in run, allowed: rows of a campaign')
    return rows


def read_identity(path: Path) -> dict[str, dict[str, Any]]:
    """
    Read what decided the rows of a campaign's folder.

    Raises
    ------
    RecordingError
        It is damaged or unreadable.

    """
    with of_a_stranger(f'{path}: cannot be used'):
        found: dict[str, dict[str, Any]] = json.loads(path.read_text(encoding='utf-8'))
        if not all(isinstance(found[part], dict) for part in DECIDES):
            raise ValueError(f'allowed: mappings {", ".join(DECIDES)}')
    return found


def campaign_rows(path: Path) -> list[Row]:
    """
    Read the rows of a campaign's folder, whole or not.

    Raises
    ------
    RecordingError
        It is no such folder.

    """
    if not (path / IDENTITY).is_file():
        raise RecordingError(f'{path}: not the folder of a campaign')
    return RowStore(path, {}).rows()


def identity_of(plan: CampaignPlan) -> dict[str, Any]:
    """Describe what decides the rows: campaign, scenario, programme."""
    return {'campaign': plan.campaign.model_dump(mode='json'),
            'scenario': plan.scenario.model_dump(mode='json'), 'programme': programme()}


def _check_identity(path: Path, found: Mapping[str, Any], wanted: Mapping[str, Any]) -> None:
    different = [f'{part}.{key}' for part in DECIDES
                 for key in {**wanted[part], **found[part]}
                 if found[part].get(key) != wanted[part].get(key)]
    if different:
        raise RecordingError(
            f'{path}: holds rows of another campaign, different are {", ".join(different)}; '
            'allowed: --out with another folder, or delete this one')


def _write(path: Path, content: bytes) -> None:
    """Write a file so that it is there as a whole or not at all, whatever is killed."""
    temporary = path.with_name(f'.{path.name}')
    try:
        with temporary.open('wb') as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
    except OSError:
        temporary.unlink(missing_ok=True)
        raise
    temporary.replace(path)

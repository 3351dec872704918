# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""Flights for other people's tools: export as data sets, and filters run on them again."""

from __future__ import annotations

from argparse import Namespace
import json
from pathlib import Path
import sys
from typing import TYPE_CHECKING

from ingenuity_nodes.commands.narrator import Narrator
from ingenuity_nodes.yaml_files.check import FileError

if TYPE_CHECKING:    # each command imports what it needs, when it needs it
    from ingenuity_nodes.export.flight_record import FlightRecord


def export(options: Namespace) -> int:
    """Write a flight in the layout of other people's tools."""
    from ingenuity_nodes.export.formats import FORMATS, WITH_RANGES
    from ingenuity_nodes.export.options import Options

    out = Path(options.out or f'{Path(options.run).resolve().name}_{options.format}')
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise FileError(f'{out}: exists and holds something, allowed: a new or an empty folder')
    if options.range and options.format not in WITH_RANGES:
        raise FileError(f'--range: found format {options.format}, '
                        f'allowed: {", ".join(WITH_RANGES)}')
    record = _record(options)
    if options.format == 'rosbag2' and out.is_dir():
        out.rmdir()    # the writer of bags wants a new one
    count = FORMATS[options.format](out, record, Options(options.every, options.range or ''))
    if options.ground:
        from ingenuity_nodes.export.ground import write_ground
        write_ground(out / 'ground' if options.format != 'rosbag2' else out.with_name(
            f'{out.name}_ground'), record)
    print(f'{out}: {options.format}, {record.vehicle}, {count} images, '
          f'{len(record.rows)} inertial samples, {len(record.truth.t_ns)} true poses')
    return 0


def refly(options: Namespace) -> int:
    """Run tracker and filter again on what a flight recorded; print and draw their errors."""
    from ingenuity_nodes.export.files import write_tum
    from ingenuity_nodes.export.geometry import poses
    from ingenuity_nodes.export.refly import IMAGES, RECORDED, refly as run_again
    from ingenuity_nodes.export.refly_figure import draw_reflight

    record = _record(options)
    folder = Path(options.out) if options.out else _beside(Path(options.run))
    folder.mkdir(parents=True, exist_ok=True)
    result = run_again(record, options.navigation, IMAGES if options.track else RECORDED)
    draw_reflight(folder / 'refly.png', record, result)
    write_tum(folder / 'refly.tum', result.estimate.t_ns, poses(result.estimate))
    figures = {
        'navigation': result.navigation, 'features': result.features, 'frames': result.frames,
        'largest_difference_m': result.difference(record.estimate),
        'as_flown': result.before.figures(), 'again': result.after.figures()}
    if options.json:
        print(json.dumps(figures, indent=2))
        return 0
    print(f'{record.source}: {record.vehicle}, {result.navigation} on {result.features} features, '
          f'{result.frames} frames')
    print(f'  {"":20}{"as flown":>12}{"again":>12}')
    for key, value in result.before.figures().items():
        print(f'  {key:20}{value:12.4f}{result.after.figures()[key]:12.4f}')
    print(f'  largest difference between both: {figures["largest_difference_m"]:.3g} m')
    print(f'{folder / "refly.png"}')
    return 0


def _record(options: Namespace) -> FlightRecord:
    from ingenuity_nodes.export.source import find_flight, Flown

    with Narrator(sys.stderr) as narrator:
        narrator.compile_kernels()
        return find_flight(
            Path(options.run),
            Flown(options.vehicle, options.scenario, options.features, options.software),
            narrator.show)


def _beside(path: Path) -> Path:
    """Return the run folder, or for a bag the folder that holds it."""
    return path if (path / 'result.json').is_file() else path.resolve().parent

# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""The formats that a flight is exported in."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from ingenuity_nodes.export.colmap import write_colmap
from ingenuity_nodes.export.euroc import write_euroc
from ingenuity_nodes.export.flight_record import FlightRecord
from ingenuity_nodes.export.options import Options
from ingenuity_nodes.export.sequences import write_kitti, write_tum_sequence
from ingenuity_nodes.export.to_bag import write_bag

# Each writes into a folder of its own and returns the number of images.
FORMATS: Mapping[str, Callable[[Path, FlightRecord, Options], int]] = {
    'euroc': write_euroc, 'tum': write_tum_sequence, 'kitti': write_kitti,
    'colmap': write_colmap, 'rosbag2': write_bag}
WITH_RANGES = ('euroc', 'tum')

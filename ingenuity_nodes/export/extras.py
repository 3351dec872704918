# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""Range images of the truth beside navigation images."""

from __future__ import annotations

from pathlib import Path

from ingenuity_nodes.export.files import write_image
from ingenuity_nodes.export.flight_record import FlightRecord
from ingenuity_nodes.recording.errors import RecordingError
from ingenuity_nodes.rendering.renderer import Renderer
from ingenuity_nodes.rendering.robots_in_view import robots_in_view, scene_of
from ingenuity_nodes.scenario.environment import environment_of
from ingenuity_nodes.signals import Exposure
import numpy as np
from numpy.typing import NDArray

MILLIMETRES = 1000.0
LARGEST = np.iinfo(np.uint16).max    # [mm] 65.5 m; what is farther, or sky, is 0
COMMENTS = {
    'npy': 'float32 [m] along the ray of each pixel of cam0; inf: sky',
    'png': '16 bits [mm] along the ray of each pixel of cam0; 0: sky, or farther than 65.535 m'}


class RangeImages:
    """
    Draws and writes range images, if any are wanted.

    Raises
    ------
    RecordingError
        They are wanted, but the scenario is not known.

    """

    def __init__(self, record: FlightRecord, kind: str) -> None:
        self.kind, self._record = kind, record
        self.comment = COMMENTS.get(kind, '')
        self._renderer: Renderer | None = None
        if kind and record.scenario is None:
            raise RecordingError(f'{record.source}: range images need the scenario; name it with '
                                 '--scenario')
        if kind and record.scenario is not None:
            self._scenario = record.scenario
            self._environment = environment_of(record.scenario, record.seed)
            self._renderer = Renderer(scene_of(record.scenario, self._environment), record.camera)

    def draw(self, exposure: Exposure) -> NDArray[np.float32]:
        """Draw the distance along the ray of every pixel, (height, width) [m], inf in the sky."""
        assert self._renderer is not None
        bodies = robots_in_view(
            self._scenario, self._environment, self._record.vehicle, exposure, {})
        return self._renderer.draw_truth(exposure, bodies).ranges

    def write(self, stem: Path, exposure: Exposure) -> None:
        """Write the range image of an exposure; the suffix is added."""
        if not self.kind:
            return
        ranges = self.draw(exposure)
        if self.kind == 'png':
            mm = np.round(ranges * MILLIMETRES)
            write_image(stem.with_suffix('.png'),
                        np.where(mm <= LARGEST, mm, 0.0).astype(np.uint16))
            return
        try:
            stem.parent.mkdir(parents=True, exist_ok=True)
            np.save(stem.with_suffix('.npy'), ranges)
        except OSError as error:
            raise RecordingError(f'{stem}.npy: cannot be written: {error.strerror}') from error

# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""How the viewer is laid out: the flight, its images, its plots, its texts."""

from __future__ import annotations

from collections.abc import Sequence

from ingenuity_nodes.rendering.ground_view import HAZE
from ingenuity_nodes.viewing.scribe import TIME_LINE
import rerun as rr
import rerun.blueprint as rrb

SKY = tuple(round(255 * channel) for channel in HAZE)    # where the ground ends
# Offset of the eye from what it follows [m]: behind and to the right of the first route.
EYE = (-7.0, -8.0, 4.0)
PLOTS = {'altitude': 'height above the map origin [m]', 'speed': 'speed [m/s]',
         'power': 'power [W]', 'battery': 'battery [%]', 'error': 'error of position [m]'}

LINES = {'altitude': ('true', 'estimated'), 'speed': ('true', 'estimated'),
         'power': ('drawn',), 'battery': ('charge',), 'error': ('error', 'three_sigma')}


def layout(helicopters: Sequence[str], rovers: Sequence[str], start: Sequence[float] = (),
           ) -> rrb.Blueprint:
    """
    Lay out the viewer for the vehicles of a run.

    Parameters
    ----------
    helicopters, rovers
        Names of vehicles; the first helicopter is followed by the eye.
    start
        Where that helicopter begins, in M [m].

    """
    images: list[rrb.View] = [
        rrb.Spatial2DView(origin=f'{name}/navcam', name=f'{name}: navigation, features')
        for name in helicopters]
    photos = [rrb.Spatial2DView(origin=f'{name}/{camera}', name=f'{name}: {camera}')
              for names, cameras in ((helicopters, ('photo',)), (rovers, ('received', 'mastcam')))
              for name in names for camera in cameras]
    texts = rrb.TextLogView(origin='log', name='modes and mission')
    plots = [rrb.TimeSeriesView(origin=f'plots/{name}', name=title)
             for name, title in PLOTS.items()]
    return rrb.Blueprint(
        rrb.Vertical(
            rrb.Horizontal(
                _flight(helicopters, start),
                rrb.Vertical(rrb.Tabs(*images) if images else texts,
                             rrb.Tabs(*photos) if photos else texts),
                column_shares=[5, 2]),
            rrb.Horizontal(*plots, texts, column_shares=[2, 2, 2, 2, 2, 3]),
            row_shares=[3, 1]),
        rrb.BlueprintPanel(state='collapsed'), rrb.SelectionPanel(state='collapsed'),
        rrb.TimePanel(state='collapsed', timeline=TIME_LINE), auto_views=False)


def _flight(helicopters: Sequence[str], start: Sequence[float]) -> rrb.Spatial3DView:
    eye = None
    if helicopters and len(start) == 3:
        eye = rrb.EyeControls3D(
            kind=rrb.Eye3DKind.Orbital, look_target=list(start),
            position=[a + b for a, b in zip(start, EYE, strict=True)],
            tracking_entity=f'world/{helicopters[0]}', eye_up=(0.0, 0.0, 1.0))
    return rrb.Spatial3DView(
        origin='world', name='flight', background=rrb.Background(color=[*SKY, 255]),
        line_grid=rrb.LineGrid3D(visible=False), eye_controls=eye)


def name_lines(recording: rr.RecordingStream, helicopters: Sequence[str]) -> None:
    """Write what the lines of the plots are called, and their colours."""
    several = len(helicopters) > 1
    for name in helicopters:
        before = f'{name}: ' if several else ''
        for plot, lines in LINES.items():
            for line in lines:
                text = line.replace('three_', '3 ')
                recording.log(f'plots/{plot}/{name}/{line}', rr.SeriesLines(
                    names=f'{before}{text}', widths=1.5, **_colour(line, several)), static=True)


def _colour(line: str, several: bool) -> dict[str, tuple[int, int, int]]:
    """Return the colours of the paths; several vehicles are told apart by Rerun's own."""
    colours = {'true': (120, 220, 255), 'estimated': (255, 130, 70), 'error': (255, 130, 70),
               'three_sigma': (160, 160, 160), 'drawn': (255, 215, 90),
               'charge': (120, 230, 130)}
    return {} if several else {'colors': colours[line]}

# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""The map of a mission: the ground as mapped from the air, and all paths over it."""

from __future__ import annotations

import base64
from io import BytesIO

from ingenuity_nodes.recording.columns import Column
from ingenuity_nodes.recording.mission_record import RoverLog
from ingenuity_nodes.recording.report.figures import INK, layout, NASA, OTHERS, short, Span, TRUE
from ingenuity_nodes.recording.run_log import PhotoRecord, RunLog, TerrainPatch, VehicleLog
from ingenuity_nodes.signals import FREE, HAZARD, HazardMap
import numpy as np
from numpy.typing import NDArray
from PIL import Image
import plotly.graph_objects as go

GROUND = (0.89, 0.80, 0.70)                  # level ground nobody has mapped
LOW, HIGH = (0.16, 0.36, 0.42), (0.98, 0.93, 0.80)    # ends of the mapped heights
CLOSED = (0.72, 0.13, 0.10)                  # a hazard
DRIVEN, SENT, STRAIGHT = '#14532d', '#2f9e57', '#1d1310'
RELIEF = 5.0            # times as steep, for the light alone
FINER = 4               # image pixels for each metre of unmapped ground
LIGHT = np.array([-0.55, 0.45, 0.70]) / np.linalg.norm([-0.55, 0.45, 0.70])    # north-west
MARGIN = 7.0            # [m] around all paths
STRAY = 2.0, 98.0       # percentiles of the heights at the ends of the colours
Colours = NDArray[np.float64]


def mission_map(run: RunLog) -> go.Figure:
    """Plot mapped ground, flights, photos in the order taken, and the drives, from above."""
    figure = go.Figure()
    if run.terrain:
        _put(figure, _ground(run.terrain), run.terrain.east, run.terrain.north)
    if run.mission.hazard_map is not None:
        hazards = run.mission.hazard_map
        rows, columns = hazards.hazard.shape
        _put(figure, mapped_ground(hazards),
             hazards.west + (np.arange(float(columns)) + 0.5) * hazards.cell,
             hazards.south + (np.arange(float(rows)) + 0.5) * hazards.cell)
        _key(figure)
    for k, log in enumerate(run.logs):
        _flight(figure, log, vehicle_colour(k))
    for rover in run.mission.rovers.values():
        _drive(figure, rover)
    for number, (_, photo) in enumerate(photos_in_order(run), 1):
        _photo(figure, number, photo, run.mission.rovers.get(photo.target))
    (west, east), (south, north) = _extent(run)
    figure.update_layout(
        layout(), height=720, margin={'l': 52, 'r': 8, 't': 8, 'b': 44},
        legend={'orientation': 'h', 'x': 0.0, 'y': -0.09, 'yanchor': 'top'})
    figure.update_xaxes(title='east [m]', showgrid=False, zeroline=False, constrain='domain',
                        range=[west, east])
    figure.update_yaxes(title='north [m]', showgrid=False, zeroline=False, scaleanchor='x',
                        range=[south, north], constrain='domain')
    return figure


def vehicle_colour(number: int) -> str:
    """Return the colour of a helicopter in all plots."""
    return OTHERS[(number - 1) % len(OTHERS)] if number else TRUE


def photos_in_order(run: RunLog) -> list[tuple[VehicleLog, PhotoRecord]]:
    """Return all photos in the order they were taken."""
    taken = [(log, photo) for log in run.logs for photo in log.photos]
    return sorted(taken, key=lambda entry: (entry[1].t_ns, entry[0].namespace))


def mapped_ground(hazards: HazardMap) -> Colours:
    """Colour a map by height, lit from the north-west, hazards red; unknown is transparent."""
    known = np.isfinite(hazards.height)
    out = np.zeros((*known.shape, 4))
    if not known.any():
        return out
    low, high = np.percentile(hazards.height[known], STRAY)
    level = np.clip((np.nan_to_num(hazards.height) - low) / max(high - low, 1e-3), 0.0, 1.0)
    out[..., :3] = np.array(LOW) + level[..., None] * (np.array(HIGH) - np.array(LOW))
    filled = np.where(known, hazards.height, np.float32(np.median(hazards.height[known])))
    out[..., :3] *= _light(filled.astype(np.float64), hazards.cell, 1.0)[..., None]
    out[hazards.hazard == HAZARD, :3] = CLOSED
    out[..., 3] = np.where(known & (hazards.hazard == FREE), 0.92, 0.0)
    out[hazards.hazard == HAZARD, 3] = 1.0
    return out


def _ground(terrain: TerrainPatch) -> Colours:
    image = Image.fromarray(terrain.up.astype(np.float32))
    size = terrain.up.shape[1] * FINER, terrain.up.shape[0] * FINER
    up = np.asarray(image.resize(size, Image.Resampling.BICUBIC), dtype=np.float64)
    spacing = float(terrain.east[1] - terrain.east[0]) / FINER
    return np.asarray(np.array(GROUND) * _light(up, spacing, RELIEF)[..., None])


def _light(up: Colours, spacing: float, relief: float) -> Colours:
    north, east = np.gradient(up, spacing)
    normal = np.stack([-relief * east, -relief * north, np.ones_like(up)], axis=-1)
    normal /= np.linalg.norm(normal, axis=-1, keepdims=True)
    return np.asarray(0.45 + 0.75 * np.clip(normal @ LIGHT, 0.0, 1.0))


def _put(figure: go.Figure, colours: Colours, east: Column, north: Column) -> None:
    """Place an image whose row 0 is the southernmost below everything else."""
    half = 0.5 * float(east[1] - east[0]) if len(east) > 1 else 0.5
    pixels = (255.0 * np.clip(colours[::-1], 0.0, 1.0)).astype(np.uint8)
    memory = BytesIO()
    Image.fromarray(pixels).save(memory, 'PNG', optimize=True)
    figure.add_layout_image(
        source='data:image/png;base64,' + base64.b64encode(memory.getvalue()).decode(),
        xref='x', yref='y', x=float(east[0]) - half, y=float(north[-1]) + half,
        sizex=float(east[-1] - east[0]) + 2 * half, sizey=float(north[-1] - north[0]) + 2 * half,
        sizing='stretch', layer='below')


def _key(figure: go.Figure) -> None:
    """Name the colours of the mapped ground in the legend."""
    for name, colour in (('mapped, low', LOW), ('mapped, high', HIGH), ('hazard', CLOSED)):
        red, green, blue = (round(255 * part) for part in colour)
        figure.add_scatter(
            x=[None], y=[None], mode='markers', name=name, hoverinfo='skip',
            marker={'symbol': 'square', 'size': 12, 'color': f'rgb({red},{green},{blue})',
                    'line': {'color': '#b8a799', 'width': 1}})


def _flight(figure: go.Figure, log: VehicleLog, colour: str) -> None:
    rows = Span.of(log).rows(log.truths.t_ns)
    p_MB = log.truths.p_MB[rows]
    figure.add_scatter(
        x=short(p_MB[:, 0]), y=short(p_MB[:, 1]), mode='lines', name=f'{log.namespace} flew',
        line={'color': colour, 'width': 2.5}, hoverinfo='name')
    if len(p_MB):
        _spot(figure, (float(p_MB[0, 0]), float(p_MB[0, 1])), 'circle', colour)


def _drive(figure: go.Figure, rover: RoverLog) -> None:
    name = rover.name
    if rover.goal is not None:
        _line(figure, [rover.start, rover.goal], f'{name}, straight',
              {'color': STRAIGHT, 'width': 2.5, 'dash': 'dot'})
        _spot(figure, rover.goal, 'star', DRIVEN, 'goal', 20)
    for k, path in enumerate(path for path in rover.paths if path.points):
        start = _position_at(rover, path.t_ns)
        _line(figure, [start, *path.points], f'{name}, {"planned" if k == 0 else "planned anew"}',
              {'color': SENT, 'width': 3, 'dash': 'dot' if k else 'dashdot'})
    if len(rover.p_MB) > 1:
        step = max(1, len(rover.p_MB) // 1000)
        driven = np.concatenate([rover.p_MB[::step], rover.p_MB[-1:]])
        figure.add_scatter(
            x=short(driven[:, 0]), y=short(driven[:, 1]), mode='lines', name=f'{name} drove',
            line={'color': DRIVEN, 'width': 4.5}, hoverinfo='name')
    _spot(figure, rover.start, 'square', DRIVEN, name.capitalize(), 15,
          where='top center')


def _photo(figure: go.Figure, number: int, photo: PhotoRecord, rover: RoverLog | None) -> None:
    east, north, _ = photo.position_enu_m
    if rover is not None:
        _line(figure, [(east, north), _position_at(rover, photo.t_ns)], '',
              {'color': NASA, 'width': 2, 'dash': 'dot'})
    figure.add_scatter(
        x=[east], y=[north], mode='markers+text', text=[str(number)], showlegend=False,
        textfont={'color': INK, 'size': 13, 'weight': 700}, hoverinfo='text',
        hovertext=[f'photo {number}'],
        marker={'size': 24, 'color': NASA, 'line': {'color': INK, 'width': 1.5}})


def _position_at(rover: RoverLog, t_ns: int) -> tuple[float, float]:
    row = int(np.searchsorted(rover.t_ns, t_ns, side='right')) - 1
    if row < 0:
        return rover.start
    return float(rover.p_MB[row, 0]), float(rover.p_MB[row, 1])


def _line(
    figure: go.Figure, points: list[tuple[float, float]], name: str, line: dict[str, object],
) -> None:
    east, north = zip(*points, strict=True)
    figure.add_scatter(x=east, y=north, mode='lines', name=name, showlegend=bool(name), line=line,
                       hoverinfo='name' if name else 'skip')


def _spot(
    figure: go.Figure, at: tuple[float, float], symbol: str, colour: str, text: str = '',
    size: int = 9, *, where: str = 'bottom center',
) -> None:
    figure.add_scatter(
        x=[at[0]], y=[at[1]], mode='markers+text', text=[text], textposition=where,
        textfont={'color': INK, 'size': 14}, showlegend=False, hoverinfo='skip',
        marker={'size': size, 'color': colour, 'symbol': symbol,
                'line': {'color': '#ffffff', 'width': 1.5}})


def _extent(run: RunLog) -> tuple[tuple[float, float], tuple[float, float]]:
    """Return west and east, south and north of all that happened [m]."""
    points = [log.truths.p_MB[:, :2] for log in run.logs]
    for rover in run.mission.rovers.values():
        corners = [rover.start, rover.end, *([rover.goal] if rover.goal else [])]
        points.append(np.array(corners))
    p = np.concatenate(points)
    (west, south), (east, north) = p.min(axis=0) - MARGIN, p.max(axis=0) + MARGIN
    return (float(west), float(east)), (float(south), float(north))

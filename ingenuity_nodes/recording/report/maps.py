# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""The maps of the report: the paths in three dimensions, and from above."""

from __future__ import annotations

from ingenuity_nodes.recording.columns import Column
from ingenuity_nodes.recording.report.figures import (
    ESTIMATED, GRID, INK, layout, NASA, OTHERS, PAPER, short, Span, TRUE)
from ingenuity_nodes.recording.run_log import RunLog, TerrainPatch, VehicleLog
from ingenuity_nodes.recording.tracks import Track
import numpy as np
import plotly.graph_objects as go

SAND = ((0.0, '#8a5a3c'), (0.5, '#c08a63'), (1.0, '#e6c3a0'))


def terrain_view(run: RunLog) -> go.Figure:
    """Plot all paths above the ground, in three dimensions."""
    figure = go.Figure()
    if run.terrain:
        figure.add_surface(
            x=short(run.terrain.east), y=short(run.terrain.north), z=short(run.terrain.up),
            colorscale=[list(step) for step in SAND], showscale=False, hoverinfo='skip',
            lighting={'ambient': 0.55, 'diffuse': 0.75, 'specular': 0.03, 'roughness': 0.95},
            lightposition={'x': -2e4, 'y': 1e4, 'z': 3e4})
    for k, log in enumerate(run.logs):
        _flight_in_space(figure, log, k)
        if run.terrain:
            rows = Span.of(log).rows(log.truths.t_ns)
            _shadow(figure, run.terrain, *log.truths.p_MB[rows, :2].T)
    for marker in run.markers:
        figure.add_scatter3d(
            x=[marker.east], y=[marker.north], z=[marker.up + 1.0], mode='markers+text',
            text=[marker.name], textfont={'color': INK, 'size': 13}, name=marker.name,
            marker={'size': 6, 'color': INK, 'symbol': 'square'})
    axis = {'backgroundcolor': PAPER, 'gridcolor': GRID, 'zerolinecolor': GRID}
    figure.update_layout(
        layout(), showlegend=False, height=470, margin={'l': 0, 'r': 0, 't': 0, 'b': 0},
        scene={**_proportions(run), 'domain': {'x': [0.0, 0.93]},
               'xaxis': {**axis, 'title': 'east [m]'},
               'yaxis': {**axis, 'title': 'north [m]'},
               'zaxis': {**axis, 'title': 'up [m]', 'nticks': 3},
               'camera': {'eye': {'x': -0.95, 'y': -1.25, 'z': 0.6},
                          'center': {'x': 0.03, 'y': 0.0, 'z': -0.12}}})
    return figure


def ground_map(run: RunLog, nasa: Track | None) -> go.Figure:
    """Plot all paths and NASA's track, seen from above."""
    figure = go.Figure()
    if run.terrain:
        figure.add_contour(
            x=short(run.terrain.east), y=short(run.terrain.north), z=short(run.terrain.up),
            colorscale=[[0.0, '#e8d5c3'], [1.0, '#fbf5ef']], showscale=False, hoverinfo='skip',
            contours={'coloring': 'heatmap', 'showlines': True}, ncontours=14,
            line={'color': 'rgba(138,90,60,0.25)', 'width': 0.7})
    if nasa and len(run.logs[0].truths.t_ns):
        start = run.logs[0].truths.p_MB[0]
        figure.add_scatter(
            x=short(nasa.east + start[0]), y=short(nasa.north + start[1]), name=nasa.source,
            mode='lines' if len(nasa.t_s) > 100 else 'lines+markers',
            line={'color': NASA, 'width': 5}, marker={'size': 8}, opacity=0.85)
    for k, log in enumerate(run.logs):
        _flight_on_map(figure, log, k)
    for marker in run.markers:
        figure.add_scatter(
            x=[marker.east], y=[marker.north], mode='markers+text', text=[marker.name],
            textposition='bottom center', showlegend=False,
            marker={'size': 11, 'color': INK, 'symbol': 'square'})
    figure.update_layout(
        layout(), height=470, margin={'l': 52, 'r': 8, 't': 8, 'b': 44},
        legend={'x': 0.99, 'xanchor': 'right', 'y': 0.99, 'bgcolor': 'rgba(255,255,255,0.75)'})
    figure.update_xaxes(title='east [m]', gridcolor=GRID, zeroline=False, constrain='domain')
    figure.update_yaxes(title='north [m]', gridcolor=GRID, zeroline=False, scaleanchor='x')
    return figure


def _flight_in_space(figure: go.Figure, log: VehicleLog, number: int) -> None:
    truths = log.truths
    rows = Span.of(log).rows(truths.t_ns)
    p, v = truths.p_MB[rows], truths.v_MB[rows]
    colour = {'color': OTHERS[(number - 1) % len(OTHERS)]} if number else {
        'color': short(np.hypot(v[:, 0], v[:, 1])), 'colorscale': 'Plasma', 'showscale': True,
        'colorbar': {'title': 'm/s', 'len': 0.6, 'thickness': 12, 'x': 0.95}}
    figure.add_scatter3d(
        x=short(p[:, 0]), y=short(p[:, 1]), z=short(p[:, 2]), mode='lines',
        name=log.namespace, line={'width': 7, **colour})
    for photo in log.photos:
        east, north, up = photo.position_enu_m
        figure.add_scatter3d(
            x=[east], y=[north], z=[up], mode='markers+text', text=['photo'], name='photo',
            textfont={'color': INK, 'size': 13},
            marker={'size': 6, 'color': NASA, 'symbol': 'diamond'})


def _proportions(run: RunLog) -> dict[str, object]:
    """Return an aspect ratio with one scale for all axes."""
    points = [log.truths.p_MB for log in run.logs]
    if run.terrain:
        t = run.terrain
        points += [np.array([[t.east[0], t.north[0], t.up.min()],
                             [t.east[-1], t.north[-1], t.up.max()]])]
    corners = np.concatenate(points)
    if len(corners) < 2:
        return {'aspectmode': 'cube'}
    sides = np.maximum(np.ptp(corners, axis=0), 1.0)
    x, y, z = (float(side) for side in 1.22 * sides / sides.max())
    return {'aspectmode': 'manual', 'aspectratio': {'x': x, 'y': y, 'z': z}}


def _shadow(figure: go.Figure, terrain: TerrainPatch, east: Column, north: Column) -> None:
    """Plot the projection of the path onto the ground, which shows its height."""
    columns = np.clip(np.searchsorted(terrain.east, east), 0, len(terrain.east) - 1)
    rows = np.clip(np.searchsorted(terrain.north, north), 0, len(terrain.north) - 1)
    figure.add_scatter3d(
        x=short(east), y=short(north), z=short(terrain.up[rows, columns] + 0.1),
        mode='lines', hoverinfo='skip', line={'width': 4, 'color': 'rgba(58,44,37,0.55)'})


def _flight_on_map(figure: go.Figure, log: VehicleLog, number: int) -> None:
    truths, estimates = log.truths, log.estimates
    span = Span.of(log)
    rows = span.rows(truths.t_ns)
    colour = OTHERS[(number - 1) % len(OTHERS)] if number else TRUE
    figure.add_scatter(
        x=short(truths.p_MB[rows, 0]), y=short(truths.p_MB[rows, 1]), mode='lines',
        name=f'{log.namespace}, true', line={'color': colour, 'width': 2.5})
    rows = span.rows(estimates.t_ns)
    figure.add_scatter(
        x=short(estimates.p_MB[rows, 0]), y=short(estimates.p_MB[rows, 1]), mode='lines',
        name=f'{log.namespace}, estimate',
        line={'color': ESTIMATED, 'width': 1.5, 'dash': 'dot'})
    for photo in log.photos:
        figure.add_scatter(
            x=[photo.position_enu_m[0]], y=[photo.position_enu_m[1]], mode='markers+text',
            text=['photo'], textposition='top center', showlegend=False,
            marker={'size': 12, 'color': NASA, 'symbol': 'diamond',
                    'line': {'color': INK, 'width': 1}})

# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""The plots over time of the report, one function each; time is relative to lift-off."""

from __future__ import annotations

from dataclasses import dataclass
import math
from typing import NamedTuple

from ingenuity_nodes.recording.columns import Column, Times
from ingenuity_nodes.recording.result import flight_span
from ingenuity_nodes.recording.run_log import VehicleLog
from ingenuity_nodes.timing import SECOND_NS
import numpy as np
from numpy.typing import NDArray
import plotly.graph_objects as go

INK, GRID, PAPER = '#3a2c25', '#ece3db', '#ffffff'
TRUE, ESTIMATED, MUTED, NASA = '#c4532a', '#1f7a8c', '#9a8f87', '#e0a526'
OTHERS = ('#6b4e9b', '#3f8f4f', '#b0457b')
AXES = ('#c4532a', '#3f8f4f', '#1f5fa8')    # east, north, up
MOST_POINTS = 1500                          # per line: a screen shows no more


@dataclass(frozen=True)
class Span:
    """The interval of a run that is plotted, with its zero at lift-off."""

    zero_ns: int
    end_ns: int      # a little after touchdown

    @classmethod
    def of(cls, log: VehicleLog) -> Span:
        """Return the interval from the start to touchdown, else the whole record."""
        t_ns, span = log.truths.t_ns, flight_span(log)
        if len(t_ns) == 0:
            return cls(0, 0)
        zero = int(t_ns[span.lift_off]) if span else 0
        down = span.touchdown if span else None
        last = int(t_ns[-1])
        return cls(zero, last if down is None else min(last, int(t_ns[down]) + 8 * SECOND_NS))

    def rows(self, t_ns: Times) -> NDArray[np.int64]:
        """Select the rows to plot: inside the interval, at most ``MOST_POINTS``."""
        inside = np.flatnonzero(t_ns <= self.end_ns)
        return inside[::max(1, math.ceil(len(inside) / MOST_POINTS))]

    def since(self, t_ns: Times) -> Column:
        """Convert times to seconds since lift-off."""
        return np.asarray((t_ns - self.zero_ns) / SECOND_NS)


class Line(NamedTuple):
    """Name and style of a line in a plot."""

    name: str
    colour: str
    dash: str = 'solid'
    axis: str = 'y'


def altitude(log: VehicleLog, span: Span) -> go.Figure:
    """Plot height above the lift-off position: true, estimate, setpoint."""
    figure = _plot('above lift-off [m]', log, span)
    truths, estimates, setpoints = log.truths, log.estimates, log.setpoints
    if len(truths.t_ns) == 0:
        return figure
    ground = truths.p_MB[np.searchsorted(truths.t_ns, span.zero_ns), 2]
    if len(setpoints.t_ns):
        _line(figure, span, setpoints.t_ns, setpoints.p_ref[:, 2] - ground,
              Line('setpoint', MUTED, 'dot'))
    _line(figure, span, truths.t_ns, truths.p_MB[:, 2] - ground, Line('true', TRUE))
    _line(figure, span, estimates.t_ns, estimates.p_MB[:, 2] - ground,
          Line('estimate', ESTIMATED, 'dash'))
    return figure


def speed(log: VehicleLog, span: Span) -> go.Figure:
    """Plot ground speed and vertical speed."""
    figure = _plot('speed [m/s]', log, span)
    truths = log.truths
    over_ground = np.hypot(truths.v_MB[:, 0], truths.v_MB[:, 1])
    _line(figure, span, truths.t_ns, over_ground, Line('over ground', TRUE))
    _line(figure, span, truths.t_ns, truths.v_MB[:, 2], Line('up', ESTIMATED))
    return figure


def tilt(log: VehicleLog, span: Span) -> go.Figure:
    """Plot the angle between rotor axis and vertical, and the wind."""
    figure = _plot('tilt [deg]', log, span)
    truths, wind = log.truths, log.tables['wind']
    up = 1.0 - 2.0 * (truths.q_MB[:, 1] ** 2 + truths.q_MB[:, 2] ** 2)
    _line(figure, span, truths.t_ns, np.degrees(np.arccos(np.clip(up, -1.0, 1.0))),
          Line('tilt', TRUE))
    if len(wind.times):
        _line(figure, span, wind.times, np.hypot(wind.values[:, 0], wind.values[:, 1]),
              Line('wind [m/s]', MUTED, axis='y2'))
        _second_axis(figure, 'wind [m/s]')
    return figure


def heading(log: VehicleLog, span: Span) -> go.Figure:
    """Plot the azimuth of the nose."""
    figure = _plot('nose, from north [deg]', log, span)
    q = log.truths.q_MB
    yaw = np.arctan2(2 * (q[:, 0] * q[:, 3] + q[:, 1] * q[:, 2]),
                     1 - 2 * (q[:, 2] ** 2 + q[:, 3] ** 2))
    azimuth = 90.0 - np.degrees(np.unwrap(yaw))
    if len(azimuth):
        azimuth = azimuth - 360.0 * math.floor(azimuth[0] / 360.0)
    _line(figure, span, log.truths.t_ns, azimuth, Line('azimuth', TRUE))
    return figure


def navigation(log: VehicleLog, span: Span) -> go.Figure:
    """Plot estimate minus truth with the filter's three-sigma bounds."""
    figure = _plot('estimate minus truth [m]', log, span)
    truths, estimates = log.truths, log.estimates
    if len(estimates.t_ns) == 0 or len(truths.t_ns) == 0:
        return figure
    rows = np.clip(np.searchsorted(truths.t_ns, estimates.t_ns), 0, len(truths.t_ns) - 1)
    error = estimates.p_MB - truths.p_MB[rows]
    bound = 3.0 * estimates.sigma[:, :3].max(axis=1)
    if bound.any():
        shown = span.rows(estimates.t_ns)
        t = span.since(estimates.t_ns[shown])
        figure.add_scatter(
            x=short(np.concatenate([t, t[::-1]])),
            y=short(np.concatenate([bound[shown], -bound[shown][::-1]])),
            fill='toself', fillcolor='rgba(154,143,135,0.16)', line_width=0, hoverinfo='skip',
            name='3 sigma, largest axis')
    for axis, name in enumerate(('east', 'north', 'up')):
        _line(figure, span, estimates.t_ns, error[:, axis], Line(name, AXES[axis]))
    return figure


def thrust(log: VehicleLog, span: Span) -> go.Figure:
    """Plot the thrust of each rotor."""
    figure = _plot('thrust [N]', log, span)
    statuses = log.statuses
    for rotor, name in enumerate(('upper rotor', 'lower rotor')):
        _line(figure, span, statuses.t_ns, statuses.thrust[:, rotor],
              Line(name, (TRUE, OTHERS[0])[rotor]))
    return figure


def power(log: VehicleLog, span: Span) -> go.Figure:
    """Plot electrical power and state of charge."""
    figure = _plot('electrical power [W]', log, span)
    statuses = log.statuses
    _line(figure, span, statuses.t_ns, statuses.electrical_power, Line('power', TRUE))
    _line(figure, span, statuses.t_ns, 100.0 * statuses.battery_charge,
          Line('charge', ESTIMATED, axis='y2'))
    _second_axis(figure, 'charge [%]')
    return figure


def actuators(log: VehicleLog, span: Span) -> go.Figure:
    """Plot collective angles and the temperature of the hotter motor."""
    figure = _plot('collective [deg]', log, span)
    statuses = log.statuses
    for rotor, name in enumerate(('upper rotor', 'lower rotor')):
        _line(figure, span, statuses.t_ns, np.degrees(statuses.collective[:, rotor]),
              Line(name, (TRUE, OTHERS[0])[rotor]))
    _line(figure, span, statuses.t_ns, statuses.motor_temperature - 273.15,
          Line('motor', ESTIMATED, axis='y2'))
    _second_axis(figure, 'hotter motor [°C]')
    return figure


def radio(log: VehicleLog, span: Span) -> go.Figure:
    """Plot the progress of the file transfers."""
    figure = _plot('received [%]', log, span)
    for k, name in enumerate(dict.fromkeys(step.name for step in log.transfers)):
        steps = [step for step in log.transfers if step.name == name]
        every = max(1, len(steps) // MOST_POINTS)
        thinned = steps[::every] + ([steps[-1]] if (len(steps) - 1) % every else [])
        figure.add_scatter(
            x=short(span.since(np.array([step.t_ns for step in thinned]))),
            y=short(np.array([100.0 * step.received / max(1, step.count) for step in thinned])),
            name=name, line={'color': (TRUE, ESTIMATED, *OTHERS)[k % 5], 'width': 2})
    return figure


def _plot(title: str, log: VehicleLog, span: Span) -> go.Figure:
    """Create a plot over time, with the instants of photo and touchdown marked."""
    figure = go.Figure()
    for name, t in _instants(log, span):
        figure.add_vline(x=t, line={'color': '#cbbcb0', 'width': 1, 'dash': 'dot'})
        figure.add_annotation(x=t, y=1.0, yref='paper', text=name, showarrow=False, xanchor='left',
                              yanchor='top', font={'size': 11, 'color': MUTED})
    figure.update_layout(
        layout(), height=250, margin={'l': 52, 'r': 14, 't': 8, 'b': 40}, hovermode='x unified',
        legend={'orientation': 'h', 'x': 0, 'y': 1.0, 'yanchor': 'bottom'})
    figure.update_xaxes(title='T [s], since lift-off', gridcolor=GRID, zeroline=False)
    figure.update_yaxes(title=title, gridcolor=GRID, zerolinecolor=GRID)
    return figure


def _instants(log: VehicleLog, span: Span) -> list[tuple[str, float]]:
    flown = flight_span(log)
    marks = [('photo', photo.t_ns) for photo in log.photos]
    if flown and flown.touchdown is not None:
        marks.append(('touchdown', int(log.truths.t_ns[flown.touchdown])))
    return [(name, (t_ns - span.zero_ns) / SECOND_NS) for name, t_ns in marks]


def layout() -> dict[str, object]:
    """Return the common colours and font of all plots."""
    return {'paper_bgcolor': PAPER, 'plot_bgcolor': PAPER, 'dragmode': None,
            'font': {'family': 'system-ui, sans-serif', 'size': 12.5, 'color': INK}}


def _second_axis(figure: go.Figure, title: str) -> None:
    figure.update_layout(margin_r=52, yaxis2={
        'title': title, 'overlaying': 'y', 'side': 'right', 'showgrid': False,
        'zeroline': False, 'rangemode': 'tozero', 'tickmode': 'auto', 'nticks': 5})


def _line(figure: go.Figure, span: Span, t_ns: Times, values: Column, line: Line) -> None:
    rows = span.rows(t_ns)
    figure.add_scatter(
        x=short(span.since(t_ns[rows])), y=short(values[rows]), name=line.name, yaxis=line.axis,
        mode='lines', line={'color': line.colour, 'width': 2, 'dash': line.dash},
        hovertemplate='%{y:.3g}')


def short(values: Column) -> NDArray[np.float32]:
    """Convert to single precision, which halves the size of the page."""
    return values.astype(np.float32)

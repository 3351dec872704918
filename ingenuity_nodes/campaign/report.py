# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""The report of a campaign: one self-contained HTML page."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from pathlib import Path

from ingenuity_nodes.cameras.model import rte
from ingenuity_nodes.campaign.flight_rows import CampaignPlan, Row
from ingenuity_nodes.campaign.outcome_statistics import column, CONFIDENCE, succeeded
from ingenuity_nodes.campaign.sections import Choice
from ingenuity_nodes.campaign.summary import MOST_FAILURES, STRONGEST, Summary
from ingenuity_nodes.recording.errors import RecordingError
from ingenuity_nodes.recording.report.page import card, figure_strip, grid, Page, table
import numpy as np
import plotly.graph_objects as go

INK, GRID, PAPER, RUST = '#3a2c25', '#ece3db', '#ffffff', '#c4532a'
GOOD, BAD = '#3f8f4f', '#b3261e'
BINS = 40
CORNER = 0.1    # of the image: where the rover of PIA24625 is


def write_report(path: Path, plan: CampaignPlan, rows: Sequence[Row], summary: Summary) -> None:
    """
    Write the page.

    Raises
    ------
    RecordingError
        It cannot be written.

    """
    campaign = plan.campaign
    page = Page(f'{campaign.name} · campaign')
    page.add(_top(plan, summary))
    page.add('</div></div><main class="wide">')
    page.add(grid([
        card('Where they landed', 'From lift-off; red: not a success by the first criterion.',
             page.plot(landing_scatter(plan, rows))),
        card('Where the rover is in the photo', 'Middle of its outline; the corner that the real '
             'photo has it in is marked. By geometry, nothing was drawn.',
             page.plot(photo_scatter(rows)))]))
    page.add('<h2 class="part">Figures</h2>')
    page.add(grid(card(one.figure, f'mean {one.mean:.4g}, 5 to 95 %: {one.quantiles[1]:.4g} to '
                       f'{one.quantiles[3]:.4g}', page.plot(histogram(rows, one.figure)))
                  for one in summary.spreads))
    page.add('<h2 class="part">What they depend on</h2>')
    page.add(card('Rank correlations', 'Spearman; those of the table differ from chance at '
                  f'{100 * (1 - CONFIDENCE):.0f} % over all pairs.',
                  page.plot(correlations(summary)) + _strongest(summary)))
    page.add('<h2 class="part">What was dispersed</h2>')
    page.add(grid(card(dispersion.parameter, f'{dispersion.apply}; {dispersion.source}',
                       page.plot(histogram(rows, dispersion.parameter)))
                  for dispersion in campaign.dispersions if not isinstance(dispersion, Choice)))
    page.add('<h2 class="part">Worst cases</h2>' + card('', '', _worst(summary)))
    page.add('</main>')
    try:
        path.write_text(page.html(), encoding='utf-8')
    except OSError as error:
        raise RecordingError(f'{path}: cannot be written: {error.strerror}') from error


def landing_scatter(plan: CampaignPlan, rows: Sequence[Row]) -> go.Figure:
    """Plot the landings, with the ellipse that holds 95 in 100 if they are normal."""
    figure = _plot('east [m]', 'north [m]')
    down = [row for row in rows if row.get('landing_east_m') is not None]
    if not down:
        return figure
    east, north = column(down, 'landing_east_m'), column(down, 'landing_north_m')
    good = [bool(plan.campaign.success) and succeeded(plan.campaign.success[0], row)
            for row in down]
    figure.add_trace(go.Scattergl(
        x=east, y=north, mode='markers', name='landings', text=[f'run {r["run"]}' for r in down],
        marker={'size': 5, 'opacity': 0.6,
                'color': [GOOD if one else BAD for one in good]}))
    if len(down) > 2:
        # Radius of 95 % of a bivariate normal distribution: chi-squared of 2 degrees of freedom.
        values, vectors = np.linalg.eigh(np.cov(east, north))
        turn = np.linspace(0.0, 2.0 * np.pi, 91)
        circle = np.sqrt(-2.0 * np.log(1.0 - CONFIDENCE)) * np.sqrt(np.maximum(values, 0.0))
        x, y = vectors @ (circle[:, None] * np.array([np.cos(turn), np.sin(turn)]))
        figure.add_trace(go.Scatter(
            x=x + east.mean(), y=y + north.mean(), mode='lines', name='95 %',
            line={'color': INK, 'dash': 'dot'}))
    figure.update_yaxes(scaleanchor='x', scaleratio=1)
    return figure


def photo_scatter(rows: Sequence[Row]) -> go.Figure:
    """Plot where the target is in the photos, in pixels from the upper left."""
    camera = rte()
    figure = _plot('right [px]', 'down [px]')
    seen = [row for row in rows if row.get('photo_u_px') is not None]
    for width, height, colour in ((camera.width, camera.height, INK),
                                  (CORNER * camera.width, CORNER * camera.height, RUST)):
        figure.add_shape(type='rect', x0=0, y0=0, x1=width, y1=height, line={'color': colour})
    figure.add_trace(go.Scattergl(
        x=column(seen, 'photo_u_px'), y=column(seen, 'photo_v_px'), mode='markers',
        text=[f'run {row["run"]}, {row["photo_distance_m"]:.2f} m' for row in seen],
        marker={'size': 5, 'color': column(seen, 'photo_visible'), 'colorscale': 'Viridis',
                'cmin': 0.0, 'cmax': 1.0, 'colorbar': {'title': 'visible'}}))
    figure.update_yaxes(autorange='reversed', scaleanchor='x', scaleratio=1)
    return figure


def histogram(rows: Sequence[Row], name: str) -> go.Figure:
    """Plot how often a column has which value."""
    values = column(rows, name)
    figure = _plot(name, 'flights')
    figure.add_trace(go.Histogram(x=values[~np.isnan(values)], nbinsx=BINS, marker_color=RUST))
    figure.update_layout(height=240)
    return figure


def correlations(summary: Summary) -> go.Figure:
    """Plot the rank correlation of each figure with each parameter."""
    found = {(one.figure, one.parameter): one.correlation for one in summary.sensitivities}
    figures = list(dict.fromkeys(one.figure for one in summary.spreads))
    parameters = sorted({parameter for _, parameter in found})
    figure = _plot('', '')
    figure.add_trace(go.Heatmap(
        z=[[found.get((name, parameter)) for name in figures] for parameter in parameters],
        x=figures, y=parameters, zmin=-1.0, zmax=1.0, colorscale='RdBu'))
    figure.update_layout(height=140 + 22 * len(parameters), margin={'l': 260, 'b': 110})
    return figure


def _plot(x: str, y: str) -> go.Figure:
    figure = go.Figure()
    figure.update_layout(
        height=420, margin={'l': 60, 'r': 20, 't': 12, 'b': 50}, plot_bgcolor=PAPER,
        paper_bgcolor=PAPER, font={'color': INK}, showlegend=False)
    figure.update_xaxes(title=x, gridcolor=GRID)
    figure.update_yaxes(title=y, gridcolor=GRID)
    return figure


def _top(plan: CampaignPlan, summary: Summary) -> str:
    campaign = plan.campaign
    ends = ', '.join(f'{count} {ended}' for ended, count in summary.outcomes.items())
    strip = figure_strip(
        (rate.name, f'{100 * rate.fraction:.1f}', '%',
         f'{100 * rate.low:.1f} to {100 * rate.high:.1f} %') for rate in summary.rates)
    return ('<div class="band"><div class="wide"><header><div>'
            f'<h1>{escape(campaign.name.replace("_", " ").capitalize())}: {summary.flights} '
            f'flights</h1><p>{escape(campaign.description)} {escape(campaign.sampling)} sampling, '
            f'seed {campaign.seed}. {escape(ends)}.</p></div></header>{strip}<p></p>')


def _strongest(summary: Summary) -> str:
    return table(
        [(escape(one.figure), escape(one.parameter), f'{one.correlation:+.2f}')
         for one in summary.sensitivities if one.significant][:STRONGEST],
        ('figure', 'follows', 'rank correlation'))


def _worst(summary: Summary) -> str:
    rows = [(escape(one.figure), f'{one.value:.4g}', f'<code>{escape(one.command)}</code>')
            for one in summary.worst]
    rows[:0] = [(f'no {escape(summary.rates[0].name)}', escape(outcome),
                 f'<code>{escape(command)}</code>') for _, outcome, command in summary.missed]
    rows += [(f'failed: {escape(reason)}', f'run {run}', f'<code>{escape(command)}</code>')
             for run, reason, command in summary.failed[:MOST_FAILURES]]
    return table(rows, ('figure', 'value', 'fly it again'))

# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""The page of the report: style sheet and HTML building blocks."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape
import itertools

import plotly.graph_objects as go
from plotly.offline import get_plotlyjs

STYLE = """
:root { --ink: #3a2c25; --soft: #8b7a6f; --rust: #c4532a; --night: #1d1310; --dust: #f4ece4; }
* { box-sizing: border-box; }
body { margin: 0; font: 15px/1.5 system-ui, 'Segoe UI', 'DejaVu Sans', sans-serif;
  color: var(--ink); background: var(--dust); }
.band { background: radial-gradient(120% 90% at 78% 0%, #6b3a22 0%, #36201a 46%,
  var(--night) 100%); color: #f6ebe2; }
.wide { max-width: 1320px; margin: 0 auto; padding: 0 28px; }
header { padding: 30px 0 18px; display: flex; align-items: flex-end; gap: 20px; }
h1 { margin: 0; font-size: 40px; line-height: 1.05; font-weight: 650; letter-spacing: -0.5px; }
header p { margin: 8px 0 0; color: #d9c3b3; max-width: 62em; }
.badge { margin-left: auto; padding: 6px 16px; border-radius: 99px; font-weight: 600;
  white-space: nowrap; background: #3f8f4f; color: #fff; }
.badge.bad { background: #b3261e; }
.figures { display: grid; grid-template-columns: repeat(auto-fit, minmax(112px, 1fr));
  gap: 1px; background: #ffffff22; border-radius: 12px; overflow: hidden; }
.figures div { background: #2a1914e8; padding: 12px 4px 10px 14px; }
.figures span { display: block; font-size: 12.5px; color: #cfb5a3; }
.figures b { font-size: 25px; font-weight: 620; font-variant-numeric: tabular-nums; }
.figures i { font-style: normal; font-size: 14px; color: #cfb5a3; margin-left: 4px; }
.figures em { display: block; font-style: normal; font-size: 12px; color: #b89e8e;
  min-height: 18px; }
.photo { display: grid; grid-template-columns: minmax(0, 2.05fr) minmax(0, 1fr); gap: 22px;
  padding: 24px 0 34px; }
.frame { position: relative; line-height: 0; }
.frame img, .side img { width: 100%; border-radius: 8px; display: block; }
.frame svg { position: absolute; inset: 0; width: 100%; height: 100%; opacity: 0;
  transition: opacity .35s; pointer-events: none; }
.spot:checked ~ .frame svg { opacity: 1; }
.spot { position: absolute; opacity: 0; }
.ask { display: inline-block; margin-top: 12px; padding: 7px 16px; border-radius: 99px;
  background: #f6ebe2; color: #36201a; font-weight: 600; cursor: pointer; line-height: 1.4; }
.spot:focus-visible ~ .ask { outline: 3px solid #e0a526; }
.ask .hide, .spot:checked ~ .ask .show { display: none; }
.spot:checked ~ .ask .hide { display: inline; }
.side h2, .side h3 { margin: 0 0 8px; }
.side h2 { font-size: 22px; }
.side p { color: #d9c3b3; margin: 0 0 14px; }
.side table td { border-color: #ffffff1f; }
.side td:first-child { color: #cfb5a3; }
.band a { color: #ffc9a3; }
main.wide { padding: 24px 28px 40px; }
.grid { display: grid; grid-template-columns: repeat(2, minmax(0, 1fr)); gap: 18px; }
section { background: #fff; border-radius: 12px; padding: 16px 20px 12px; margin-bottom: 18px;
  box-shadow: 0 1px 3px #3a2c2514; min-width: 0; }
.grid.wider { grid-template-columns: minmax(0, 1.25fr) minmax(0, 1fr); }
.grid section { margin: 0; }
.grid { margin-bottom: 18px; }
section h3 { margin: 0 0 2px; font-size: 16.5px; }
section p.note { margin: 0 0 6px; color: var(--soft); font-size: 13.5px; }
h2.part { margin: 26px 0 12px; font-size: 21px; }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
td, th { text-align: left; padding: 5px 10px 5px 0; border-bottom: 1px solid #efe6de;
  vertical-align: top; font-size: 14px; font-weight: 400; overflow-wrap: anywhere; }
th { color: var(--soft); font-size: 12.5px; }
td.number, th.number { text-align: right; white-space: nowrap; }
.bar { display: flex; height: 30px; border-radius: 7px; overflow: hidden; margin: 10px 0 4px; }
.bar div { overflow: hidden; white-space: nowrap; text-overflow: ellipsis; color: #fff;
  font-size: 12.5px; line-height: 30px; padding: 0 6px; border-right: 1px solid #fff6;
  min-width: 2px; }
.ruler { position: relative; height: 20px; margin-bottom: 8px; }
.ruler span { position: absolute; transform: translateX(-50%); font-size: 12px;
  color: var(--soft); }
.reasons { display: grid; grid-template-columns: repeat(2, minmax(0, 1fr)); gap: 0 36px;
  align-items: start; }
.reasons td:first-child { width: 84px; }
.reasons td:nth-child(2) { width: 38%; }
.shot blockquote { margin: 12px 0 2px; padding: 2px 14px; border-left: 4px solid #e0a526;
  font-size: 16.5px; font-style: italic; }
.shot .ask { background: #36201a; color: #f6ebe2; }
.shot p.note { margin-top: 8px; }
.shot h3 { margin-bottom: 10px; }
.count { display: inline-block; width: 26px; height: 26px; border-radius: 50%; margin-right: 9px;
  background: #e0a526; color: #3a2c25; text-align: center; line-height: 26px; font-size: 14px; }
.log { max-height: 700px; overflow-y: auto; }
.log td:first-child { width: 66px; white-space: nowrap; }
.log td:nth-child(2) { width: 128px; white-space: nowrap; }
.dot { display: inline-block; width: 10px; height: 10px; border-radius: 3px; margin-right: 8px; }
a { color: var(--rust); }
code { font-size: 13px; }
footer { color: var(--soft); font-size: 13.5px; padding-bottom: 40px; }
@media (max-width: 900px) { .grid, .grid.wider, .photo { grid-template-columns: 1fr; }
  h1 { font-size: 30px; } header { flex-wrap: wrap; } .badge { margin: 0; } }
@media print { section { break-inside: avoid; } }
"""


class Page:
    """One self-contained HTML page: text, images and plots, in the order they are added."""

    def __init__(self, title: str) -> None:
        self._title = title
        self._parts: list[str] = []
        self._numbers = itertools.count(1)

    def add(self, html: str) -> None:
        """Append HTML."""
        self._parts.append(html)

    def plot(self, figure: go.Figure) -> str:
        """Return the HTML of one plot; its script runs when the page is loaded."""
        return str(figure.to_html(
            full_html=False, include_plotlyjs=False, div_id=f'plot{next(self._numbers)}',
            config={'displaylogo': False, 'responsive': True, 'displayModeBar': False}))

    def html(self) -> str:
        """Return the whole page; it loads nothing from elsewhere."""
        return (
            '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
            '<meta name="viewport" content="width=device-width, initial-scale=1">'
            f'<title>{escape(self._title)}</title><style>{STYLE}</style>'
            f'<script>{get_plotlyjs()}</script></head>'
            f'<body>{"".join(self._parts)}</body></html>\n')


def card(title: str, note: str, body: str) -> str:
    """Return the HTML of one card: title, note, content."""
    below = f'<p class="note">{escape(note)}</p>' if note else ''
    return f'<section><h3>{escape(title)}</h3>{below}{body}</section>'


def grid(cards: Iterable[str]) -> str:
    """Arrange cards in two columns."""
    return f'<div class="grid">{"".join(cards)}</div>'


def figure_strip(figures: Iterable[tuple[str, str, str, str]]) -> str:
    """Return the HTML of the headline figures: name, value, unit, remark."""
    cells = (f'<div><span>{escape(name)}</span><b>{escape(value)}</b><i>{escape(unit)}</i>'
             f'<em>{escape(remark)}</em></div>' for name, value, unit, remark in figures)
    return f'<div class="figures">{"".join(cells)}</div>'


def table(rows: Iterable[Sequence[str]], head: Sequence[str] = (), numbers: bool = False) -> str:
    """Return a table of HTML cells; with ``numbers`` all columns but the first align right."""
    def line(cells: Sequence[str], tag: str) -> str:
        return '<tr>' + ''.join(
            f'<{tag} class="number">{cell}</{tag}>' if numbers and k else f'<{tag}>{cell}</{tag}>'
            for k, cell in enumerate(cells)) + '</tr>'
    top = line([escape(cell) for cell in head], 'th') if head else ''
    return f'<table>{top}{"".join(line(row, "td") for row in rows)}</table>'


def number(value: float | None, digits: int = 1) -> str:
    """Format a number, or a dash where there is none."""
    return '–' if value is None else f'{value:.{digits}f}'

# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""One row of figures for each run of a campaign: its columns, and the flight that fills them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from functools import cache
import gc
import json
import os
import resource
import socket
import time
from typing import Any

from ingenuity_nodes.campaign.dispersions import dispersed_environment, dispersed_scenario
from ingenuity_nodes.campaign.sampling import Draw
from ingenuity_nodes.campaign.sections import Campaign, Choice
from ingenuity_nodes.compiled.build import ensure_built
from ingenuity_nodes.recording.result import FlightResult
from ingenuity_nodes.recording.run_folder import RunFolder
from ingenuity_nodes.scenario.environment import environment_of
from ingenuity_nodes.scenario.sections import Scenario
from ingenuity_nodes.simulation.batch import fly_batch

Row = dict[str, Any]
FLOWN, FAILED = 'flown', 'failed'
KINDS = {'float | None': float, 'str | None': str, 'str': str}    # of the fields of a result
# Of the first photo: where the middle of the rover's box is, as fractions of the image from its
# upper left corner; what part of its outline is inside; how far away it is.
PHOTO = {'photo_t_s': float, 'photo_u_px': float, 'photo_v_px': float, 'photo_left': float,
         'photo_top': float, 'photo_distance_m': float, 'photo_visible': float}
# They differ from time to time.
TIMING = {'wall_s': float, 'cpu_s': float, 'memory_mb': float, 'worker': str}


@dataclass(frozen=True)
class CampaignPlan:
    """All that a run of a campaign needs: sent to each worker."""

    campaign: Campaign
    scenario: Scenario


def columns_of(campaign: Campaign) -> dict[str, type]:
    """List the columns of a campaign's rows, with their types."""
    values = {dispersion.parameter: _type_of(dispersion) for dispersion in campaign.dispersions}
    return {'run': int, 'seed': int, 'status': str, 'reason': str, **values, 'faults': str,
            **_figures(), **PHOTO, 'trajectory_sha256': str, **TIMING}


def _figures() -> dict[str, type]:
    return {about.name: KINDS[str(about.type)] for about in fields(FlightResult)
            if str(about.type) in KINDS}


def _type_of(dispersion: Any) -> type:
    texts = isinstance(dispersion, Choice) and not all(
        isinstance(value, (int, float)) and not isinstance(value, bool)
        for value in dispersion.values)
    return str if texts else float


def fly_run(plan: CampaignPlan, draw: Draw) -> Row:
    """Fly one run; whatever goes wrong in it is the reason in its row."""
    began, cpu = time.perf_counter(), time.process_time()
    row = empty_row(plan.campaign, draw)
    try:
        result = fly_products(plan, draw)
        figures = {name: result[name] for name in (*_figures(), 'trajectory_sha256')}
        row |= {**figures, **_photo(result), 'status': FLOWN}
    except Exception as error:    # kept in the row: the other runs go on
        row |= {'status': FAILED, 'reason': f'{type(error).__name__}: {error}'}
    # The records of a flight refer to each other in circles: until they are collected a worker
    # grows by 5 MB a flight.
    gc.collect()
    return row | {
        'wall_s': time.perf_counter() - began, 'cpu_s': time.process_time() - cpu,
        'worker': f'{socket.gethostname()}:{os.getpid()}',
        'memory_mb': resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024.0}


def fly_products(
    plan: CampaignPlan, draw: Draw, folder: RunFolder | None = None, **options: Any,
) -> dict[str, Any]:
    """Fly one run and return the content of ``result.json``; with a folder, keep all products."""
    _kernels()
    scenario = dispersed_scenario(plan.scenario, plan.campaign.dispersions, draw)
    environment = dispersed_environment(scenario, draw.seed) \
        if plan.campaign.ground == 'new' else environment_of(scenario, draw.seed)
    return fly_batch(scenario, draw.seed, folder, environment=environment, **options)


def empty_row(campaign: Campaign, draw: Draw, reason: str = '') -> Row:
    """Return the row of a run of which nothing but its draw is known."""
    row: Row = dict.fromkeys(columns_of(campaign))
    faults = [f'{one.fault} at {one.after_lift_off:g} s' for one in draw.faults]
    values = {dispersion.parameter: _cell(dispersion, draw.values[dispersion.parameter])
              for dispersion in campaign.dispersions}
    return row | values | {'run': draw.run, 'seed': draw.seed, 'status': FAILED, 'reason': reason,
                           'faults': ', '.join(faults)}


def _cell(dispersion: Any, value: Any) -> float | str:
    if _type_of(dispersion) is float:
        return float(value)
    return value if isinstance(value, str) else json.dumps(value)


def _photo(result: Mapping[str, Any]) -> Row:
    photo = result.get('photo') or {}
    row: Row = dict.fromkeys(PHOTO)
    row |= {'photo_t_s': photo.get('t_s'), 'photo_distance_m': photo.get('target_distance_m'),
            'photo_visible': photo.get('target_visible_share')}
    if photo.get('target_px'):
        u, v = photo['target_px']
        row |= {'photo_u_px': u, 'photo_v_px': v, 'photo_left': u / photo['width'],
                'photo_top': v / photo['height']}
    return row


@cache
def _kernels() -> None:
    """Compile what is not compiled yet on this machine, once for each process."""
    ensure_built(lambda _: None)

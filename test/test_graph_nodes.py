# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""The list of processes behind launch files and command line."""

import importlib.util

from ingenuity_nodes.graph.nodes import nodes_of, participants, restartable, RunOptions
from ingenuity_nodes.scenario.load import load_scenario, scenario_names
import pytest


def nodes(name, **options):
    return nodes_of(load_scenario(name), RunOptions(name, **options))


@pytest.mark.parametrize('name', scenario_names())
def test_every_process_has_a_name_of_its_own_and_a_module(name):
    specs = nodes(name)
    assert len({spec.full_name for spec in specs}) == len(specs)
    for spec in specs:
        assert importlib.util.find_spec(f'ingenuity_nodes.nodes.{spec.executable}')


@pytest.mark.parametrize('record', [True, False])
def test_the_world_comes_first_and_expects_all_others(record):
    world, *others = nodes('flight_03', record=record)
    assert world.full_name == '/world'
    assert world.parameters['expects'] == [spec.full_name for spec in others]


def test_flight_3_is_flown_by_nine_processes():
    assert [spec.full_name for spec in nodes('flight_03')] == [
        '/world', '/ingenuity/helicopter', '/ingenuity/navcam', '/ingenuity/rte',
        '/ingenuity/vision', '/perseverance/rover', '/perseverance/mastcam', '/mission',
        '/recorder']


def test_each_helicopter_has_its_own_namespace_cameras_and_vision():
    names = {spec.full_name for spec in nodes('cooperation')}
    parts = 'helicopter', 'navcam', 'rte', 'vision'
    for vehicle in 'ingenuity', 'scout':
        assert {f'/{vehicle}/{part}' for part in parts} <= names


@pytest.mark.parametrize('name', scenario_names())
def test_who_answers_the_ticks_is_among_the_processes(name):
    scenario = load_scenario(name)
    assert set(participants(scenario)) <= {spec.full_name for spec in nodes(name)}
    assert '/mission' in participants(scenario)


def test_without_recording_there_is_no_recorder():
    assert not [spec for spec in nodes('flight_03', record=False) if spec.name == 'recorder']


def test_a_helicopter_without_navigation_camera_needs_no_vision():
    scenario = load_scenario('flight_03')
    blind = scenario.helicopters[0].model_copy(update={'cameras': ('rte',)})
    scenario = scenario.model_copy(update={'vehicles': (blind, *scenario.rovers)})
    names = {spec.name for spec in nodes_of(scenario, RunOptions('x'))}
    assert 'rte' in names
    assert not {'navcam', 'vision'} & names


def test_seed_and_scenario_reach_every_process():
    for spec in nodes('flight_03', seed=9):
        assert (spec.parameters['scenario'], spec.parameters['seed']) == ('flight_03', 9)


def test_the_photo_gives_way_to_the_loop_that_flies():
    niceness = {spec.name: spec.niceness for spec in nodes('flight_03')}
    assert niceness['rte'] > niceness['helicopter'] == 0


def test_only_a_parked_rover_may_be_started_again_and_only_if_the_run_waits():
    scenario = load_scenario('flight_03')
    assert restartable(scenario) == frozenset()
    patient = scenario.model_copy(update={
        'lockstep': scenario.lockstep.model_copy(update={'on_silence': 'wait'})})
    assert restartable(patient) == {'/perseverance/rover'}
    driving = patient.model_copy(update={'vehicles': tuple(
        vehicle.model_copy(update={'drive_to': (1.0, 2.0)}) if vehicle.type == 'perseverance'
        else vehicle for vehicle in patient.vehicles)})
    assert restartable(driving) == frozenset()

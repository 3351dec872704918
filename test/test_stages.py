# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""User-defined stages, and offboard setpoints, in whole flights."""

import sys

from flights import fly, HOP, scenario_of
from ingenuity_nodes.scenario.load import load_scenario, scenario_path
from ingenuity_nodes.signals import VelocityCommand
from ingenuity_nodes.simulation.simulation import Simulation
from ingenuity_nodes.stages import ALLOW_CODE, PROTOCOLS, stage_class, StageParameters
from ingenuity_nodes.yaml_files.check import FileError
import numpy as np
import pytest

EXTERNAL = [
    {'segment': 'climb', 'altitude': 3.0}, {'segment': 'external', 'duration': 20.0},
    {'segment': 'land'}]


class Lame:
    """A controller that lacks a method."""

    def prepare(self, rotor_speed):
        raise NotImplementedError


def test_our_own_stages_implement_their_protocols():
    for stage in PROTOCOLS:
        stage_class(stage, getattr(StageParameters(), stage))


def test_a_user_defined_controller_flies():
    overrides = {'stages': {'control': 'pd_controller:PdController'}}
    flight = fly(scenario_of(HOP, wind=0.0, overrides=overrides))
    ours = fly(scenario_of(HOP, wind=0.0))
    assert flight.outcome == 'landed'
    hover = flight.during('hover')
    # No integrals: an unknown drag of the downwash on the body leaves a steady error in height.
    assert np.abs(flight.p - flight.p_ref)[hover].max() < 0.5
    assert not np.array_equal(flight.p[:len(ours.p)], ours.p[:len(flight.p)])


@pytest.mark.parametrize(('name', 'message'), [
    ('pd_controller', "found 'pd_controller', allowed: module:Class"),
    ('no_such_thing:Controller', "'no_such_thing' cannot be imported: ModuleNotFoundError: "
                                 "No module named 'no_such_thing'"),
    ('pd_controller:Controller', "module 'pd_controller' has no class 'Controller'"),
    ('test_stages:Lame', "'test_stages:Lame' lacks step; needed: prepare, step"),
])
def test_a_bad_stage_is_refused_with_its_key_before_anything_starts(tmp_path, name, message):
    text = scenario_path('flight_01').read_text()
    path = tmp_path / 'own.yaml'
    path.write_text(text.replace(
        '    flight_plan:', f"    overrides: {{stages: {{control: '{name}'}}}}\n    flight_plan:"))
    with pytest.raises(FileError) as error:
        load_scenario(str(path))
    assert message in str(error.value)
    assert 'vehicles[0].overrides.stages.control' in str(error.value)


@pytest.fixture
def stranger(tmp_path, monkeypatch):
    """Make a folder with a scenario and the code that it names, which leaves a trace."""
    text = scenario_path('flight_01').read_text()
    (tmp_path / 'own.yaml').write_text(text.replace(
        '    flight_plan:', "    overrides: {stages: {control: 'strange_code:Control'}}\n"
        '    flight_plan:'))
    (tmp_path / 'strange_code.py').write_text(
        "import pathlib\npathlib.Path('trace').touch()\n"
        'class Control:\n    prepare = step = None\n')
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv('PYTHONPATH', raising=False)    # '.' would be leave
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, 'strange_code', raising=False)
    return tmp_path


def test_to_check_a_file_of_a_stranger_runs_none_of_its_code(stranger, monkeypatch):
    for allowed in ('', '1'):
        monkeypatch.setenv(ALLOW_CODE, allowed)
        if allowed:
            load_scenario('own.yaml', run=False)
        else:
            with pytest.raises(FileError, match='lies in the current folder, allowed: an inst'):
                load_scenario('own.yaml', run=False)
        assert not (stranger / 'trace').exists()


def test_code_of_the_current_folder_runs_only_with_leave(stranger, monkeypatch):
    with pytest.raises(FileError, match='--allow-code'):
        load_scenario('own.yaml')
    assert not (stranger / 'trace').exists()
    monkeypatch.setenv(ALLOW_CODE, '1')
    assert load_scenario('own.yaml').helicopters
    assert (stranger / 'trace').exists()


def test_a_stage_that_is_not_installed_is_found_missing_without_import(stranger):
    path = stranger / 'own.yaml'
    path.write_text(path.read_text().replace('strange_code', 'no_such_thing'))
    with pytest.raises(FileError, match="'no_such_thing' is not installed"):
        load_scenario('own.yaml', run=False)


class Piloted(Simulation):
    """Somebody sends a velocity at ten hertz from ``start`` to ``end`` [s]."""

    def __init__(self, scenario, command, start, end):
        super().__init__(scenario, 1)
        self._command, self._start, self._end = command, start, end

    def _inputs(self, name, received):
        inputs = super()._inputs(name, received)
        seconds = self.t_ns / 1e9
        if self._start <= seconds <= self._end and self.t_ns % 100_000_000 == 0:
            return inputs._replace(setpoints=(self._command,))
        return inputs


def test_velocities_from_outside_are_flown_and_then_the_plan_goes_on():
    command = VelocityCommand(np.array([0.0, 1.0, 0.0]), 0.0)
    simulation = Piloted(scenario_of(EXTERNAL, wind=0.0), command, 19.0, 24.0)
    outcome, modes, speeds, ignored = '', [], [], set()
    while not outcome:
        report = simulation.tick()
        out = report.helicopters['ingenuity']
        modes += [change.mode for change in out.modes]
        ignored.add(out.ignored)
        speeds.append(out.truth.v_MB[1])    # each 10 ms
        outcome = report.outcome
    assert outcome == 'landed' and ignored == {''}
    assert modes[5:9] == ['climb', 'external', 'landing', 'touchdown']
    assert np.mean(speeds[2300:2400]) == pytest.approx(1.0, abs=0.1)    # 23 to 24 s
    # Five seconds at 1 m/s, less the way to speed up and with the way to stop: about 5 m.
    assert out.truth.p_MB[1] == pytest.approx(5.0, abs=0.8)


def test_velocities_in_another_mode_are_ignored_with_a_reason():
    command = VelocityCommand(np.array([0.0, 1.0, 0.0]), 0.0)
    simulation = Piloted(scenario_of(HOP, wind=0.0), command, 16.0, 16.5)
    ignored = set()
    while simulation.t_ns < 17e9:
        ignored.add(simulation.tick().helicopters['ingenuity'].ignored)
    assert ignored == {'', "mode is 'hover', setpoints are followed in 'external'"}

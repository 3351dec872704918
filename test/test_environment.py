# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""``./ingenuity`` and the steps of its set-up: once, again after a change, on after a stop."""

import os
from pathlib import Path
import platform
import shutil
import signal
import subprocess
import sys
import time

import prepare
import pytest
import steps

ROOT = Path(__file__).resolve().parent.parent
PREPARE_STUB = """
import pathlib, sys
arguments = sys.argv[1:]
venv = pathlib.Path(arguments[0])
(venv / 'bin').mkdir(parents=True, exist_ok=True)
python = venv / 'bin' / 'python'
python.write_text(pathlib.Path(__file__).with_name('python_stub').read_text())
python.chmod(0o755)
(venv / 'ready').write_text(arguments[2] + chr(10) + str(python) + chr(10))
with (venv / 'calls').open('a') as calls:
    print(*arguments[3:], file=calls)
"""
PYTHON_STUB = """#!/bin/sh
printf '%s\\n' "$PWD" "$PYTHONPATH" "$AMENT_PREFIX_PATH" "[$_ROS_WHEELS_BOOTSTRAP_COMPLETE]" "$@"
exit 7
"""


@pytest.fixture
def checkout(tmp_path):
    """Lay out a checkout whose set-up and Python only record how they are called."""
    folder = tmp_path / 'a checkout'
    shutil.copytree(ROOT / 'environment', folder / 'environment',
                    ignore=shutil.ignore_patterns('__pycache__'))
    shutil.copytree(ROOT / 'ingenuity_interfaces', folder / 'ingenuity_interfaces')
    shutil.copy(ROOT / 'ingenuity', folder)
    (folder / 'environment' / 'prepare.py').write_text(PREPARE_STUB)
    (folder / 'environment' / 'python_stub').write_text(PYTHON_STUB)
    return folder


@pytest.fixture
def setup(tmp_path):
    with steps.only_one(tmp_path / 'lock') as lock:
        yield steps.Setup(tmp_path / 'stamps', tmp_path / 'log', lock)


def ingenuity(checkout, *arguments, **variables):
    environment = {key: value for key, value in os.environ.items() if key in ('PATH', 'HOME')}
    return subprocess.run(
        [checkout / 'ingenuity', *arguments], cwd=checkout.parent, text=True,
        env={**environment, **variables}, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)


def calls(checkout, venv='.venv'):
    return (checkout / venv / 'calls').read_text().splitlines()


def test_a_command_runs_where_it_was_typed_with_its_arguments_and_its_exit_status(checkout):
    result = ingenuity(checkout, 'fly', 'two words', AMENT_PREFIX_PATH='/elsewhere',
                       _ROS_WHEELS_BOOTSTRAP_COMPLETE='1')
    assert result.returncode == 7
    assert result.stdout.splitlines() == [
        str(checkout.parent), str(checkout), f'{checkout}/.venv:/elsewhere', '[]',
        '-c', 'import sys; sys.path[:] = filter(None, sys.path)',
        'from ingenuity_nodes.commands.cli import main; main()', 'fly', 'two words']


def test_nothing_of_the_current_folder_is_imported(checkout, tmp_path):
    folder = tmp_path / 'downloaded'
    folder.mkdir()
    for name in ('yaml', 'random', 'argparse', 'ingenuity_nodes'):
        (folder / f'{name}.py').write_text("raise SystemExit('code of a stranger ran')")
    (checkout / 'environment' / 'python_stub').write_text(
        f'#!/bin/sh\nexec {sys.executable} "$@"\n')
    shutil.copytree(ROOT / 'ingenuity_nodes', checkout / 'ingenuity_nodes',
                    ignore=shutil.ignore_patterns('__pycache__', 'shipped'))
    environment = {key: value for key, value in os.environ.items() if key in ('PATH', 'HOME')}
    result = subprocess.run([checkout / 'ingenuity', '--version'], cwd=folder, text=True,
                            env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    assert result.returncode == 0, result.stdout
    assert result.stdout.startswith('ingenuity ')


def test_the_environment_is_prepared_once_and_again_when_requirements_change(checkout):
    ingenuity(checkout)
    ingenuity(checkout)
    assert len(calls(checkout)) == 1
    with (checkout / 'environment' / 'requirements.txt').open('a') as file:
        file.write('one-more==1.0\n')
    ingenuity(checkout)
    ingenuity(checkout)
    assert len(calls(checkout)) == 2


def test_a_moved_checkout_is_prepared_again(checkout):
    ingenuity(checkout)
    moved = checkout.rename(checkout.with_name('moved'))
    ingenuity(moved)
    assert len(calls(moved)) == 2


def test_a_prepared_environment_costs_little_time(checkout):
    ingenuity(checkout)
    start = time.monotonic()
    ingenuity(checkout, '--version')
    assert time.monotonic() - start < 1.0


def test_a_sourced_ros_is_used_in_an_environment_of_its_own(checkout, tmp_path):
    (tmp_path / 'rclpy').mkdir()
    (tmp_path / 'rclpy' / '__init__.py').touch()
    ingenuity(checkout, ROS_DISTRO='jazzy', PYTHONPATH=str(tmp_path))
    assert calls(checkout, '.venv-jazzy') == ['--ros jazzy']
    ingenuity(checkout, ROS_DISTRO='jazzy')
    assert calls(checkout) == [''], 'a ROS 2 that cannot be imported is not sourced'


def test_no_fitting_python_is_reported_in_one_message(checkout, tmp_path):
    (tmp_path / 'bin').mkdir()
    for tool in ('bash', 'dirname', 'readlink', 'cat', 'sha256sum'):
        (tmp_path / 'bin' / tool).symlink_to(shutil.which(tool))
    old = tmp_path / 'bin' / 'python3'
    old.write_text('#!/bin/sh\n[ "$1" = --version ] && echo Python 3.8.10\nexit 1\n')
    old.chmod(0o755)
    result = ingenuity(checkout, PATH=str(tmp_path / 'bin'))
    assert result.returncode == 1
    assert result.stdout.startswith('ingenuity: Python 3.10 to 3.14 is needed, found: Python 3.8')


def test_a_step_is_taken_once_and_again_when_it_or_an_earlier_one_changes(tmp_path):
    taken = []

    def prepare_with(first, second):
        taken.clear()
        setup = steps.Setup(tmp_path / 'stamps', tmp_path / 'log', 0)
        setup.step('first', [first], 'first', lambda display: taken.append('first') or '')
        setup.step('second', [second], 'second', lambda display: taken.append('second') or '')
        return list(taken)

    assert prepare_with('a', 'b') == ['first', 'second']
    assert prepare_with('a', 'b') == []
    assert prepare_with('a', 'c') == ['second']
    assert prepare_with('d', 'c') == ['first', 'second']


def test_a_step_cut_short_is_taken_again(setup, tmp_path):
    def stop(display):
        raise steps.Interrupted(signal.SIGTERM)

    with pytest.raises(steps.Interrupted):
        setup.step('one', [], 'one', stop)
    taken = []
    again = steps.Setup(tmp_path / 'stamps', tmp_path / 'log', 0)
    again.step('one', [], 'one', lambda display: taken.append(1) or '')
    assert taken == [1]


def test_a_failing_command_is_reported_with_its_last_lines_and_its_log(setup, tmp_path):
    display = steps.Display('step')
    with pytest.raises(steps.SetupError) as error:
        setup.run(display, ['sh', '-c', 'echo fine; echo error: disk on fire; exit 3'], 'do it')
    assert str(error.value).splitlines() == [
        'could not do it', '    error: disk on fire', f'  full log: {tmp_path / "log"}']


def test_a_second_set_up_waits_even_for_the_orphans_of_a_killed_one(tmp_path):
    lock = tmp_path / 'lock'
    first = subprocess.Popen([sys.executable, '-c', f"""
import subprocess, sys, time
sys.path.insert(0, {str(ROOT / "environment")!r})
import steps, pathlib
with steps.only_one(pathlib.Path({str(lock)!r})) as descriptor:
    subprocess.Popen(['sleep', '2'], pass_fds=(descriptor,))
    print('locked', flush=True)
    time.sleep(60)
"""], stdout=subprocess.PIPE, text=True)
    assert first.stdout.readline() == 'locked\n'
    first.kill()
    first.wait()
    start = time.monotonic()
    with steps.only_one(lock):
        waited = time.monotonic() - start
    assert 0.5 < waited < 30.0


def test_packages_that_pip_was_stopped_at_are_installed_anew(tmp_path):
    for name, files in {'whole-1.dist-info': ['METADATA', 'RECORD'],
                        'torn-1.dist-info': ['METADATA'], '~umpy': ['x.py']}.items():
        (tmp_path / name).mkdir()
        for file in files:
            (tmp_path / name / file).touch()
    prepare.remove_torn_packages(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ['whole-1.dist-info']


@pytest.mark.parametrize(('machine', 'version', 'message'), [
    ('aarch64', (3, 12, 0), 'this is Linux aarch64'),
    ('x86_64', (3, 15, 0), 'for Python 3.10 to 3.14'),
    ('x86_64', (3, 9, 0), 'Python 3.10 or newer is needed'),
])
def test_an_unsupported_machine_gets_reason_and_remedy(monkeypatch, machine, version, message):
    monkeypatch.setattr(platform, 'machine', lambda: machine)
    monkeypatch.setattr(sys, 'version_info', version)
    with pytest.raises(steps.SetupError, match=message):
        prepare.check_platform(None)


def test_what_is_missing_is_named_with_the_command_that_installs_it(setup, monkeypatch):
    monkeypatch.setattr(os, 'geteuid', lambda: 1000)
    monkeypatch.setattr(prepare, 'drawing_packages', lambda: {'libegl1': 'libEGL'})
    with pytest.raises(steps.SetupError) as error:
        prepare.install_system_packages(setup, None, {'g++': 'a C++ compiler'})
    assert 'sudo apt-get install --yes --no-install-recommends g++ libegl1' in str(error.value)


def test_without_drawing_libraries_the_rest_goes_on(setup, monkeypatch, capsys):
    monkeypatch.setattr(os, 'geteuid', lambda: 1000)
    monkeypatch.setattr(prepare, 'drawing_packages', lambda: {'libegl1': 'libEGL'})
    assert prepare.install_system_packages(setup, None, {}) == 'no images yet'
    assert 'libegl1' in capsys.readouterr().err


def test_paths_of_the_machine_that_made_the_wheels_are_recognised():
    line = ('"/opt/python/cp311-cp311/include/python3.11;'
            '/opt/python/cp311-cp311/lib/python3.11/site-packages/numpy/_core/include"')
    assert prepare.FOREIGN_PYTHON.sub('P', prepare.FOREIGN_NUMPY.sub('N', line)) == '"P;N"'


def test_tf_has_the_official_type():
    pytest.importorskip('tf2_msgs.msg')
    import check
    typesys = pytest.importorskip('rosbags.typesys')
    store = typesys.get_typestore(typesys.Stores.ROS2_KILTED)
    assert check.type_hash() == store.hash_rihs01(check.TF)

# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""What pip and colcon install, and whether what they are printed is true."""

import ast
import configparser
import importlib
import importlib.util
import os
from pathlib import Path
import re
import shutil
import stat
import subprocess
import sys
import xml.etree.ElementTree as ElementTree
import zipfile

import ingenuity_nodes
import pytest

ROOT = Path(__file__).resolve().parent.parent
NAME = 'ingenuity_nodes'
SHIPPED = f'{NAME}/compiled/shipped/'    # made by the build, not part of the sources
EXECUTABLES = {'world', 'helicopter', 'camera', 'vision', 'rover', 'mapper', 'mission', 'recorder',
               'player', 'ingenuity'}
# imported name -> name in requirements.in
DISTRIBUTIONS = {'cv2': 'opencv-python-headless', 'PIL': 'pillow', 'rerun': 'rerun-sdk',
                 'yaml': 'pyyaml'}


def copy_of_the_checkout(folder):
    return shutil.copytree(ROOT, folder / 'source', ignore=shutil.ignore_patterns(
        '.*', 'runs', 'build', 'install', 'log', '__pycache__', '*.egg-info'))


@pytest.fixture(scope='module')
def wheel(tmp_path_factory):
    folder = tmp_path_factory.mktemp('wheel')
    copy = copy_of_the_checkout(folder)
    subprocess.run(
        [sys.executable, '-m', 'pip', 'wheel', '--no-deps', '--no-build-isolation', '--quiet',
         '--wheel-dir', folder, copy], check=True)
    with zipfile.ZipFile(next(folder.glob('*.whl'))) as archive:
        yield archive


@pytest.fixture(scope='module')
def manifest():
    return ElementTree.parse(ROOT / 'package.xml').getroot()


def roots_imported_by(paths):
    found = set()
    for path in paths:
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Import):
                found |= {alias.name.split('.')[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                found.add(node.module.split('.')[0])
    return found - set(sys.stdlib_module_names) - {NAME}


def is_ros(name):
    return bool(re.fullmatch(r'rclpy|rcl_interfaces|rosidl_\w+|launch(_ros)?|ament_\w+|'
                             r'\w+_(msgs|srvs)|(builtin|ingenuity)_interfaces', name))


def data_of(wheel):
    prefix = f'{NAME}-{ingenuity_nodes.__version__}.data/data/'
    return {name.removeprefix(prefix) for name in wheel.namelist() if name.startswith(prefix)}


def test_one_version_everywhere(manifest, wheel):
    version = ingenuity_nodes.__version__
    assert manifest.findtext('version') == version
    assert Path(wheel.filename).name.startswith(f'{NAME}-{version}-')
    assert f'\n{version} (' in (ROOT / 'CHANGELOG.rst').read_text()


def test_colcon_takes_it_for_an_ament_python_package():
    package = pytest.importorskip('catkin_pkg.package')
    warnings = []
    found = package.parse_package(str(ROOT), warnings=warnings)
    assert (found.name, found.get_build_type()) == (NAME, 'ament_python')
    assert warnings == []


def test_every_ros_package_that_is_imported_is_a_dependency(manifest):
    declared = {element.text for element in manifest.findall('exec_depend')}
    files = [*(ROOT / NAME).rglob('*.py'), *(ROOT / 'launch').rglob('*.py')]
    used = {name for name in roots_imported_by(files) if is_ros(name)}
    assert used
    assert used - declared == set()


def test_every_library_that_is_imported_is_required():
    text = ''.join((ROOT / 'environment' / name).read_text()
                   for name in ('requirements.in', 'campaign.in', 'view.in'))
    required = set(re.findall(r'^([\w-]+)', text, re.M))
    used = {DISTRIBUTIONS.get(name, name) for name in roots_imported_by(
        (ROOT / NAME).rglob('*.py')) if not is_ros(name)}
    assert {'numpy', 'rosbags'} <= used
    assert used - required == set()


# What rosdep calls a library whose key has another name than python3-<library>.
KEYS = {'opencv-python-headless': 'opencv', 'pillow': 'pil', 'pyyaml': 'yaml'}


def test_rosdep_or_pip_brings_every_library_under_ros(manifest):
    folder = ROOT / 'environment'
    ranges = {line.split('#')[0].strip() for line in
              (folder / 'requirements.in').read_text().splitlines()}
    added = [line for line in (folder / 'rosdep.in').read_text().splitlines()
             if line and not line.startswith('#')]
    assert set(added) - ranges == set()    # in the same versions
    names = {re.match(r'[\w-]+', line)[0] for line in added}
    keys = {element.text for element in manifest.findall('exec_depend')}
    used = {DISTRIBUTIONS.get(name, name) for name in roots_imported_by(
        (ROOT / NAME).rglob('*.py')) if not is_ros(name)}
    used &= {re.match(r'[\w-]+', line)[0] for line in ranges if line}    # not of extras
    assert {'numpy', 'mcap'} <= used
    assert {name for name in used - names
            if f'python3-{KEYS.get(name, name)}' not in keys} == set()


def test_everything_that_is_required_is_pinned():
    folder = ROOT / 'environment'
    wanted = set(re.findall(r'^([\w-]+)', '\n'.join(
        (folder / name).read_text() for name in ('requirements.in', 'ros.in')), re.M))
    lines = (folder / 'requirements.txt').read_text().splitlines()
    assert [line for line in lines if '==' not in line] == []
    pinned = {line.split('==')[0] for line in lines}
    assert {name.lower() for name in wanted} - pinned == set()


def test_scripts_go_where_ros_looks_for_them():
    config = configparser.ConfigParser()
    config.read(ROOT / 'setup.cfg')
    assert config['install']['install_scripts'] == f'$base/lib/{NAME}'
    assert config['develop']['script_dir'] == f'$base/lib/{NAME}'


def test_a_wheel_brings_every_executable_to_where_ros_looks_for_it(wheel):
    launchers = {name for name in data_of(wheel) if name.startswith(f'lib/{NAME}/')}
    assert launchers == {f'lib/{NAME}/{name}' for name in EXECUTABLES}
    for entry in wheel.infolist():
        if f'/lib/{NAME}/' in entry.filename:
            assert entry.external_attr >> 16 & stat.S_IXUSR, entry.filename


def test_executables_lead_to_functions_that_exist(wheel):
    config = configparser.ConfigParser()
    config.read_string(wheel.read(next(
        name for name in wheel.namelist() if name.endswith('entry_points.txt'))).decode())
    targets = dict(config['console_scripts'])
    assert set(targets) == EXECUTABLES
    for name, target in targets.items():
        module, function = target.split(':')
        spec = importlib.util.find_spec(module)
        assert spec, f'{name}: {module} does not exist'
        tree = ast.parse(Path(spec.origin).read_text())
        assert function in {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}


@pytest.mark.parametrize('name', sorted(EXECUTABLES - {'ingenuity'}))
def test_every_node_can_be_loaded_with_the_ros_that_is_here(name):
    pytest.importorskip('rclpy')
    assert callable(importlib.import_module(f'{NAME}.nodes.{name}').main)


def test_a_wheel_brings_launch_files_and_configuration(wheel):
    files = [*(ROOT / 'launch').rglob('*.launch.py'), *(ROOT / 'config').rglob('*')]
    expected = {f'share/{NAME}/{path.relative_to(ROOT)}' for path in files if path.is_file()}
    assert any(name.endswith('.yaml') for name in expected)
    assert expected - data_of(wheel) == set()
    assert {f'share/{NAME}/package.xml',
            f'share/ament_index/resource_index/packages/{NAME}'} <= data_of(wheel)


def test_a_wheel_brings_all_of_the_package_and_nothing_else(wheel):
    files = {str(path.relative_to(ROOT)) for path in (ROOT / NAME).rglob('*')
             if path.suffix in ('.py', '.typed') or path.parent.name == 'shaders'}
    packed = {name for name in wheel.namelist()
              if '-' not in name.split('/')[0] and SHIPPED not in name}
    assert packed == files


def test_a_launcher_runs_with_the_python_beside_it(wheel, tmp_path):
    (tmp_path / 'bin').mkdir()
    (tmp_path / 'lib').mkdir()
    python = tmp_path / 'bin' / 'python3'
    python.write_text('#!/bin/sh\nprintf "%s\\n" "$@"\n')
    launcher = tmp_path / 'lib' / NAME / 'rover'
    launcher.parent.mkdir()
    launcher.write_bytes(wheel.read(next(
        name for name in wheel.namelist() if name.endswith(f'lib/{NAME}/rover'))))
    for path in (python, launcher):
        path.chmod(0o755)
    output = subprocess.run([launcher, 'one', 'two words'], capture_output=True, text=True,
                            check=True).stdout.splitlines()
    assert f'from {NAME}.nodes.rover import main' in output[1]
    assert output[2:] == ['one', 'two words']


def test_what_is_installed_brings_its_kernels_compiled(wheel, tmp_path):
    wheel.extractall(tmp_path / 'site')
    code = ('from ingenuity_nodes.compiled.build import ensure_built\n'
            'from ingenuity_nodes.compiled.listener import compilations\n'
            'import ingenuity_nodes.simulation.warm_up as w\n'
            'names = []\n'
            'with compilations(names.append):\n'
            '    print(ensure_built(print), w.__file__)\n'
            "    w.PARTS['sensors'](), w.PARTS['vehicle']()\n"
            'print(names)\n')
    printed = subprocess.run(
        [sys.executable, '-c', code], cwd=tmp_path, capture_output=True, text=True, check=True,
        env={**os.environ, 'PYTHONPATH': str(tmp_path / 'site'),
             'INGENUITY_KERNELS': str(tmp_path / 'empty')}).stdout.splitlines()
    assert printed == [f'True {tmp_path}/site/{NAME}/simulation/warm_up.py', '[]']


@pytest.mark.skipif(not shutil.which('colcon'), reason='colcon is not installed')
def test_colcon_builds_it(tmp_path):
    copy_of_the_checkout(tmp_path)
    listed = subprocess.run(['colcon', 'list'], cwd=tmp_path, capture_output=True, text=True)
    assert listed.stdout.split() == [NAME, 'source', '(ros.ament_python)']
    both = subprocess.run(
        ['colcon', 'list', '--base-paths', 'source', 'source/ingenuity_interfaces'],
        cwd=tmp_path, capture_output=True, text=True)
    assert 'ingenuity_interfaces\tsource/ingenuity_interfaces\t(ros.ament_cmake)' in both.stdout
    subprocess.run(['colcon', 'build'], cwd=tmp_path, check=True)
    prefix = tmp_path / 'install' / NAME
    assert {path.name for path in (prefix / 'lib' / NAME).iterdir()} == EXECUTABLES
    assert (prefix / 'share' / NAME / 'config' / 'scenarios' / 'flight_03.yaml').is_file()
    assert (prefix / 'share' / NAME / 'launch' / 'mission.launch.py').is_file()

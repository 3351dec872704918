# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""Kernels: kept by their content, called through entries, and never compiled in flight."""

import ast
import os
from pathlib import Path
import shutil
import subprocess
import sys

from ingenuity_nodes.compiled import build
from ingenuity_nodes.compiled.content import describe_type, digest_of
from ingenuity_nodes.compiled.entry import checked_entry, entry_point, floats
from ingenuity_nodes.compiled.folder import cache_folder, forget_unused, KEPT_S
from ingenuity_nodes.compiled.kernel import Kernel, kernel
from ingenuity_nodes.compiled.listener import (
    compilations, CompiledInFlightError, nothing_compiles, STRICT)
from ingenuity_nodes.frames import Vector3
from ingenuity_nodes.sensors.altimeter import Altimeter, AltimeterParameters
from ingenuity_nodes.sensors.imu import Imu, ImuParameters
from ingenuity_nodes.signals import Truth
from ingenuity_nodes.simulation.warm_up import PARTS
from ingenuity_nodes.world.mars import GRAVITY
from ingenuity_nodes.world.terrain import Terrain, TerrainParameters
from numba import njit, typeof
import numpy as np
import pytest

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / 'ingenuity_nodes'
ENTRIES = {'entry_point', 'checked_entry'}
# Nothing in a flight uses it; whoever does makes its entry (bench/vehicle.py).
ON_DEMAND = {'vehicle.dynamics.advance_many'}


# One way to call ------------------------------------------------------------------------------


def is_kernel(function):
    """Look for the decorator of kernels."""
    return any(ast.unparse(mark).startswith('kernel') for mark in function.decorator_list)


def kernels_of(tree):
    return {node.name for node in ast.walk(tree)
            if isinstance(node, ast.FunctionDef) and is_kernel(node)}


def uses_from_python(tree, names):
    """Find names of kernels in code that is not compiled, but for first arguments of entries."""
    allowed = {id(call.args[0]) for call in ast.walk(tree)
               if isinstance(call, ast.Call) and call.args
               and getattr(call.func, 'id', '') in ENTRIES}
    compiled = {id(inner) for node in ast.walk(tree)
                if isinstance(node, ast.FunctionDef) and is_kernel(node)
                for inner in ast.walk(node)}
    return [f'{node.lineno}: {node.id}' for node in ast.walk(tree)
            if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load) and node.id in names
            and id(node) not in allowed | compiled]


def test_no_kernel_is_called_through_its_dispatcher():
    trees = {path: ast.parse(path.read_text()) for path in PACKAGE.rglob('*.py')}
    kernels = {(path.relative_to(ROOT).with_suffix('').as_posix().replace('/', '.'), name)
               for path, tree in trees.items() for name in kernels_of(tree)}
    assert len(kernels) > 100
    trees[ROOT / 'test' / 'pd_controller.py'] = ast.parse(
        (ROOT / 'test' / 'pd_controller.py').read_text())
    found = {}
    for path, tree in trees.items():
        known = kernels_of(tree)
        for node in ast.walk(tree):
            if isinstance(node, ast.ImportFrom):
                known |= {alias.asname or alias.name for alias in node.names
                          if (node.module, alias.name) in kernels}
        found[path.name] = uses_from_python(tree, known)
    assert {name: uses for name, uses in found.items() if uses} == {}


def test_a_call_through_the_dispatcher_would_be_found():
    tree = ast.parse('@kernel\ndef f(x):\n    return x\n\nentry_point(f, 1.0)\nf(2.0)\n')
    assert uses_from_python(tree, kernels_of(tree)) == ['6: f']


def test_numba_is_used_through_the_decorator_alone():
    using = {path.parent.name for path in PACKAGE.rglob('*.py')
             for line in path.read_text().splitlines()
             if line.strip().startswith(('import numba', 'from numba'))}
    assert using == {'compiled'}


def test_making_one_of_everything_compiles_all_kernels():
    for part in PARTS.values():
        part()
    never = {f'{one.py_func.__module__}.{one.py_func.__name__}'.removeprefix('ingenuity_nodes.')
             for one in Kernel.every if one.py_func.__module__.startswith('ingenuity_nodes.')
             and not one.overloads}
    # Those that others call may have been loaded inside these.
    entries = {f'{path.relative_to(PACKAGE).with_suffix("").as_posix().replace("/", ".")}.{name}'
               for path in PACKAGE.rglob('*.py')
               for name in entries_in(ast.parse(path.read_text()))}
    assert never & entries <= ON_DEMAND


def entries_in(tree):
    """Name the kernels of a file that Python calls."""
    return {call.args[0].id for call in ast.walk(tree)
            if isinstance(call, ast.Call) and getattr(call.func, 'id', '') in ENTRIES
            and isinstance(call.args[0], ast.Name)} & kernels_of(tree)


# Doors that cannot read rubbish ---------------------------------------------------------------


FLAT = Terrain(TerrainParameters(
    relief=0.0, ripples=0.0, hills=0.0, rover_position=(0.0, 0.0, 0.0)))
EXACT = AltimeterParameters(
    noise=0.0, scale=0.0, dropout=0.0, delay=0.0, position=(0.0, 0.0, 0.0), resolution=1e-4)
ZERO = np.zeros(3)
LEVEL = np.array([1.0, 0.0, 0.0, 0.0])
HIGH: Vector3 = np.array([0.0, 0.0, 5.0])


def at(p_MB, q_MB=LEVEL):
    return Truth(0, p_MB, ZERO, q_MB, ZERO, ZERO, ZERO)


@pytest.mark.parametrize('p_MB', [
    HIGH, np.array([0, 0, 5]), [0, 0, 5], np.array([0, 9, 0, 9, 5, 9])[::2],
    np.asfortranarray(np.outer(HIGH, HIGH))[2] / 5.0, np.float32(HIGH)])
def test_the_altimeter_reads_5_m_however_the_position_is_written(p_MB):
    altimeter = Altimeter(EXACT, FLAT, 1)
    altimeter.push(at(p_MB))
    assert altimeter.sample().distance == pytest.approx(5.0, abs=2e-4)


@pytest.mark.parametrize('q_MB', [[1, 0, 0, 0], np.array([1, 9, 0, 9, 0, 9, 0, 9])[::2]])
def test_the_inertial_sensor_feels_gravity_however_the_attitude_is_written(q_MB):
    perfect = ImuParameters(gyro_noise=0.0, accel_noise=0.0, gyro_bias=0.0, accel_bias=0.0,
                            gyro_scale=0.0, accel_scale=0.0, gyro_random_walk=0.0,
                            accel_random_walk=0.0)
    felt = Imu(perfect, 1).sample(at([0, 0, 0], q_MB)).f_I
    assert felt == pytest.approx([0.0, 0.0, GRAVITY], abs=3e-3)


@pytest.mark.parametrize('p_MB', [5.0, [1.0, 2.0], np.zeros((3, 1)), 'here', None, [None] * 3])
def test_what_is_no_vector_of_three_is_refused_by_name(p_MB):
    with pytest.raises(TypeError, match='p_MB'):
        Imu(ImuParameters(), 1).sample(at(p_MB))


def test_floats_names_what_was_found_and_what_is_allowed():
    assert floats('v', [1, 2, 3], (3,)).dtype == np.float64
    with pytest.raises(TypeError, match=r'v: found shape \(2,\), allowed: \(3,\)'):
        floats('v', [1.0, 2.0], (3,))
    with pytest.raises(TypeError, match=r'uv: found shape \(3,\), allowed: \(None, 2\)'):
        floats('uv', [1.0, 2.0, 3.0], (None, 2))


@kernel
def _total(values, factor):
    total = 0.0
    for k in range(values.size):
        total += values[k]
    return factor * total


@pytest.mark.parametrize('values', [
    np.arange(4.0), np.arange(4), [0, 1, 2, 3], np.arange(8.0)[::2] / 2.0])
def test_a_checked_entry_takes_numbers_of_any_kind_and_layout(values):
    assert checked_entry(_total, np.zeros(1), 1.0)(values, 2) == 12.0


@pytest.mark.parametrize('values', [np.zeros((2, 2)), 3.0, ['a'], np.array([1j])])
def test_a_checked_entry_refuses_what_it_cannot_convert(values):
    with pytest.raises(TypeError, match='values'):
        checked_entry(_total, np.zeros(1), 1.0)(values, 2.0)


# The cache ------------------------------------------------------------------------------------


def defined(tmp_path, name, text):
    """Define the functions of a module that is written for the occasion."""
    path = tmp_path / f'{name}.py'
    path.write_text(text)
    space = {'__name__': 'made_up', 'njit': njit, 'np': np}
    exec(compile(text, str(path), 'exec'), space)
    return space


BASE = """
FACTOR = 2.0
@njit
def inner(x):
    '''Double.'''
    return FACTOR * x
@njit
def outer(x):
    return inner(x) + 1.0
"""


@pytest.mark.parametrize(('old', 'new', 'another'), [
    ('FACTOR = 2.0', 'FACTOR = 3.0', True),
    ('FACTOR * x', 'FACTOR + x', True),
    ('Double.', 'Twice as much.', False),
    ('@njit\ndef inner', '# why\n\n@njit\ndef inner', False),
    ('@njit\ndef outer', '@njit(fastmath=True)\ndef outer', False),
    ('@njit\ndef inner', '@njit(fastmath=True)\ndef inner', True)])
def test_a_kernel_is_identified_by_what_it_does_and_what_those_it_calls_do(
        tmp_path, old, new, another):
    assert old in BASE
    one = defined(tmp_path, 'one', BASE)['outer']
    two = defined(tmp_path, 'two', BASE.replace(old, new))['outer']
    assert (digest_of(one.py_func) != digest_of(two.py_func)) is another


def test_a_named_tuple_is_identified_by_the_order_of_its_fields():
    from collections import namedtuple
    one, two = (namedtuple('Pair', names) for names in ('a b', 'b a'))
    assert describe_type(typeof(one(1.0, 2.0))) != describe_type(typeof(two(1.0, 2.0)))


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """Give the cache a folder of its own."""
    folder = tmp_path / 'kernels'
    monkeypatch.setenv('INGENUITY_KERNELS', str(folder))
    return folder


def compiled_now(function, *arguments):
    """Make a new kernel of a function, as another process would; name what was compiled."""
    made, names = Kernel(function), []
    with compilations(names.append):
        result = entry_point(made, *arguments)(*arguments)
    return result, len(names)


def test_what_one_process_has_compiled_the_next_one_loads(folder):
    arguments = np.arange(3.0), 2.0
    assert compiled_now(_total.py_func, *arguments) == (6.0, 1)
    assert compiled_now(_total.py_func, *arguments) == (6.0, 0)


@pytest.mark.parametrize('damage', [
    lambda content: content[:len(content) // 2], lambda content: b'',
    lambda content: content[:200] + bytes([content[200] ^ 1]) + content[201:]])
def test_a_damaged_file_is_compiled_anew(folder, damage):
    arguments = np.arange(3.0), 2.0
    compiled_now(_total.py_func, *arguments)
    path, = folder.iterdir()
    path.write_bytes(damage(path.read_bytes()))
    assert compiled_now(_total.py_func, *arguments) == (6.0, 1)
    assert compiled_now(_total.py_func, *arguments) == (6.0, 0)


def test_without_a_folder_kernels_are_compiled_and_not_kept(tmp_path, monkeypatch):
    (tmp_path / 'file').write_text('')
    monkeypatch.setenv('INGENUITY_KERNELS', str(tmp_path / 'file' / 'kernels'))
    assert cache_folder() is None
    assert compiled_now(_total.py_func, np.arange(3.0), 2.0) == (6.0, 1)
    reported = []
    assert build.ensure_built(reported.append) is False
    assert 'no folder' in reported[0]


def test_a_folder_that_others_may_write_is_not_used(tmp_path, monkeypatch):
    folder = tmp_path / 'kernels'
    folder.mkdir()
    folder.chmod(0o777)    # what lies there would be run
    monkeypatch.setenv('INGENUITY_KERNELS', str(folder))
    assert cache_folder() is None


def test_a_home_that_cannot_be_written_is_replaced_by_a_folder_of_ones_own(tmp_path, monkeypatch):
    (tmp_path / 'file').write_text('')
    monkeypatch.delenv('INGENUITY_KERNELS', raising=False)
    monkeypatch.delenv('XDG_CACHE_HOME', raising=False)
    monkeypatch.setenv('HOME', str(tmp_path / 'file' / 'home'))
    monkeypatch.setattr('tempfile.tempdir', str(tmp_path))
    assert cache_folder() == tmp_path / f'ingenuity-{os.getuid()}' / 'kernels'


def test_what_nobody_used_for_long_is_removed(folder):
    compiled_now(_total.py_func, np.arange(3.0), 2.0)
    path, = folder.iterdir()
    forget_unused(folder)
    assert path.exists()
    long_ago = path.stat().st_mtime - KEPT_S - 1.0
    os.utime(path, (long_ago, long_ago))
    forget_unused(folder)
    assert not path.exists()


ONE_OF_EACH = """
from ingenuity_nodes.compiled.listener import compilations
import ingenuity_nodes, ingenuity_nodes.simulation.warm_up as w
names = []
with compilations(names.append):
    w.PARTS['sensors'](), w.PARTS['vehicle']()
print(ingenuity_nodes.__file__, names)
"""


def test_a_second_clone_in_another_folder_compiles_nothing(tmp_path):
    shutil.copytree(PACKAGE, tmp_path / 'clone' / 'ingenuity_nodes',
                    ignore=shutil.ignore_patterns('__pycache__'))
    reported = subprocess.run(
        [sys.executable, '-c', ONE_OF_EACH], cwd=tmp_path, text=True, capture_output=True,
        env={**os.environ, 'PYTHONPATH': str(tmp_path / 'clone')}, check=True).stdout.strip()
    assert reported == f'{tmp_path / "clone" / "ingenuity_nodes" / "__init__.py"} []'


# Ahead of time --------------------------------------------------------------------------------


def test_workers_divide_the_parts_and_report_each_kernel(folder):
    def one():
        compiled_now(_total.py_func, np.arange(3.0), 2.0)

    def two():
        compiled_now(_total.py_func, np.arange(3), 2.0)

    reported = []
    build.build({'one': one, 'two': two}, reported.append)
    assert len(reported) == 1 and reported[0].endswith('test_compiled._total')
    assert len(list(folder.iterdir())) == 2


def test_a_worker_that_fails_is_not_overlooked(folder):
    with pytest.raises(RuntimeError, match='ended badly'):
        build.build({'bad': lambda: os._exit(3)}, lambda _: None)


def test_compiling_ahead_is_done_once_and_a_second_process_waits_for_the_first(
        folder, tmp_path, monkeypatch):
    (tmp_path / 'slow_build.py').write_text(
        'import pathlib, time\n'
        "folder = pathlib.Path('count')\n"
        "folder.open('a').write('x')\n"
        "print('1 of 2, first', flush=True)\n"
        'deadline = time.monotonic() + 20.0\n'
        "while not pathlib.Path('go').exists() and time.monotonic() < deadline:\n"
        '    time.sleep(0.02)\n')
    monkeypatch.setenv('PYTHONPATH', os.pathsep.join([str(tmp_path), str(ROOT)]))
    ask = ('from ingenuity_nodes.compiled.build import ensure_built\n'
           "print(ensure_built(lambda t: print(t, flush=True), 'slow_build'), flush=True)")
    started = [subprocess.Popen([sys.executable, '-c', ask], cwd=tmp_path, text=True,
                                stdout=subprocess.PIPE) for _ in range(2)]
    # Both tell how far the one that compiles is.
    assert [process.stdout.readline().strip() for process in started] == ['1 of 2, first'] * 2
    (tmp_path / 'go').write_text('')
    for process in started:
        assert process.communicate(timeout=60.0)[0].strip() == 'True'
        assert process.returncode == 0
    assert (tmp_path / 'count').read_text() == 'x'


def test_when_compiling_ahead_fails_it_is_reported_and_nothing_is_marked_done(
        folder, tmp_path, monkeypatch):
    (tmp_path / 'bad_build.py').write_text("raise OSError('disk on fire')\n")
    monkeypatch.setenv('PYTHONPATH', os.pathsep.join([str(tmp_path), str(ROOT)]))
    reported = []
    assert build.ensure_built(reported.append, 'bad_build') is False
    assert 'disk on fire' in reported[-1]
    assert not list(folder.glob('complete-*'))


# In flight ------------------------------------------------------------------------------------


def _half(x):
    return 0.5 * x


def test_compiling_in_flight_is_a_warning_that_names_function_and_process(folder, monkeypatch):
    monkeypatch.delenv(STRICT)
    reported = []
    with nothing_compiles(reported.append):
        assert entry_point(Kernel(_half), 1.0)(3.0) == 1.5
    assert reported == [
        f'test_compiled._half was compiled after time began (process {os.getpid()})']


def test_compiling_in_flight_is_an_error_in_tests(folder):
    with nothing_compiles(pytest.fail), pytest.raises(CompiledInFlightError, match='_half'):
        entry_point(Kernel(_half), 1.0)

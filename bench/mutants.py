# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""
Mutation testing: which small mistakes in a module its tests would notice.

``python bench/mutants.py --mutants 60`` draws mutants (an operator, a comparison, a sign, a
number, a condition) of physics and filter with a fixed seed, ``... ingenuity_nodes/frames.py
test/test_frames.py`` those of one module, runs the fast tests on each in a copy of the package,
with kernels as Python (NUMBA_DISABLE_JIT), and lists those that nobody notices. mutmut and
cosmic-ray change files in place, from which other processes would read and compile, and start
Python anew for each mutant.
"""

import argparse
import ast
import copy
from importlib import import_module
import math
import os
from pathlib import Path
import random
import resource
import shutil
import sys
from tempfile import TemporaryDirectory
import time

import checkout
from hypothesis import settings

os.environ['NUMBA_DISABLE_JIT'] = '1'    # before the libraries for all mutants
for library in ('hypothesis', 'numba', 'numpy', 'pydantic', 'pytest', 'scipy.signal',
                'scipy.spatial.transform'):
    import_module(library)

ROOT = Path(checkout.ROOT)
ROOMS = 'vehicle', 'navigation'
MODULES = ['ingenuity_nodes/frames.py', *(
    str(path.relative_to(ROOT)) for room in ROOMS
    for path in sorted((ROOT / 'ingenuity_nodes' / room).glob('*.py')))]
SWAPS = {ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Div, ast.Div: ast.Mult,
         ast.Lt: ast.GtE, ast.GtE: ast.Lt, ast.Gt: ast.LtE, ast.LtE: ast.Gt, ast.Eq: ast.NotEq,
         ast.NotEq: ast.Eq, ast.And: ast.Or, ast.Or: ast.And, ast.Pow: ast.Mult}


def mutations(tree):
    """Yield what can be changed: node, what it becomes, in words."""
    annotations = {inner for node in ast.walk(tree)
                   for part in ('annotation', 'returns') if getattr(node, part, None)
                   for inner in ast.walk(getattr(node, part))}
    for node in ast.walk(tree):
        if node in annotations or not hasattr(node, 'lineno'):
            continue
        if isinstance(node, (ast.BinOp, ast.BoolOp)) and type(node.op) in SWAPS:
            yield node, 'op', SWAPS[type(node.op)]()
        elif isinstance(node, ast.Compare) and type(node.ops[0]) in SWAPS:
            yield node, 'ops', [SWAPS[type(node.ops[0])](), *node.ops[1:]]
        elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
            yield node, 'op', ast.UAdd()
        elif isinstance(node, ast.Constant) and type(node.value) in (int, float):
            more = type(node.value) is int or node.value == 0.0
            yield node, 'value', node.value + 1 if more else node.value * 1.5
        elif isinstance(node, ast.If):
            yield node, 'test', ast.UnaryOp(ast.Not(), node.test)


def mutant(source, number):
    """Return the text of one mutant, its line, and the change."""
    tree = ast.parse(source)
    node, field, value = list(mutations(tree))[number]
    whole = node.test if isinstance(node, ast.If) else node
    before = ast.unparse(whole)
    line = node.lineno
    setattr(node, field, copy.deepcopy(value))
    after = ast.unparse(node.test if isinstance(node, ast.If) else node)
    return ast.unparse(ast.fix_missing_locations(tree)), line, f'{before}  ->  {after}'


def main():
    options = read_options()
    tests = {options.module: options.tests} if options.module else {
        module: tests_of(module) for module in MODULES}
    chosen = drawn(tests, options.mutants, options.seed)
    noticed, survivors, judged = 0, [], 0
    end = time.monotonic() + 60.0 * options.minutes
    with TemporaryDirectory() as folder:
        for part in ('ingenuity_nodes', 'test', 'config', 'environment'):
            shutil.copytree(ROOT / part, Path(folder, part))
        shutil.copy(ROOT / 'pyproject.toml', folder)
        for module in sorted(chosen):
            left = chosen[module] if time.monotonic() < end else []
            if not left:
                continue
            unchanged, cpu = passes(folder, tests[module], 600.0)
            if not unchanged:
                sys.exit(f'{module}: its tests fail without a mutant, too')
            source = (ROOT / module).read_text()
            for number in left:
                if time.monotonic() > end:
                    break
                text, line, change = mutant(source, number)
                Path(folder, module).write_text(text)
                survives, _ = passes(folder, tests[module], 10.0 + 3.0 * cpu)
                judged += 1
                noticed += not survives
                word = 'NOT NOTICED' if survives else 'noticed'
                print(f'{module}:{line}: {word}: {change[:150]}', flush=True)
                if survives:
                    survivors.append(f'{module}:{line}: {change[:150]}')
            Path(folder, module).write_text(source)
    print(f'{noticed} of {judged} mutants noticed, drawn of '
          f'{sum(len(possible(module)) for module in tests)}')
    print('\n'.join(survivors))


def read_options():
    parser = argparse.ArgumentParser(description=__doc__.partition('\n')[2])
    parser.add_argument('module', nargs='?', help='without it all of '
                        + ', '.join(ROOMS) + ' and frames.py, each with the tests that import it')
    parser.add_argument('tests', nargs='*')
    parser.add_argument('--mutants', type=int, default=30)
    parser.add_argument('--minutes', type=float, default=10.0)
    parser.add_argument('--seed', type=int, default=1)
    options = parser.parse_args()
    if options.module and not options.tests:
        parser.error('name tests with a module')
    return options


def possible(module):
    """List what can be changed in a module."""
    return list(mutations(ast.parse((ROOT / module).read_text())))


def tests_of(module):
    """List the tests of a module's room that import it, all of the room's if none does."""
    room, _, stem = module.removeprefix('ingenuity_nodes/').removesuffix('.py').rpartition('/')
    files = sorted((ROOT / 'test').glob(f'test_{room or stem}*.py'))
    names = f'{room}.{stem} import', f'{room} import {stem}'
    own = [file for file in files if any(name in file.read_text() for name in names)]
    return [str(file.relative_to(ROOT)) for file in own or files]


def drawn(modules, count, seed):
    """Draw mutants of some modules, each mutant as likely as any other, by module."""
    every = [(module, k) for module in sorted(modules) for k in range(len(possible(module)))]
    chosen = {}
    for module, k in random.Random(seed).sample(every, min(count, len(every))):
        chosen.setdefault(module, []).append(k)
    return chosen


def passes(folder, tests, seconds):
    """
    Whether tests pass in a copy, in a child that has the libraries; and their CPU time [s].

    What takes longer than so many seconds of CPU time hangs, and is no pass.
    """
    child = os.fork()
    if not child:
        resource.setrlimit(resource.RLIMIT_CPU, (math.ceil(seconds), math.ceil(seconds) + 1))
        os.chdir(folder)
        settings.register_profile('patient', deadline=None)    # whatever else the machine does
        settings.load_profile('patient')
        sys.path[:] = [folder, *(path for path in sys.path if Path(path) != ROOT)]
        with open(os.devnull, 'w') as nothing:
            os.dup2(nothing.fileno(), 1)
            os.dup2(nothing.fileno(), 2)
        os._exit(int(import_module('pytest').main([
            '-q', '-x', '-m', 'not slow and not live', '-p', 'no:cacheprovider', *tests])))
    _, status, usage = os.wait4(child, 0)
    return status == 0, usage.ru_utime + usage.ru_stime


if __name__ == '__main__':
    main()

# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""
Mutation testing: which small mistakes in a module its tests would notice.

``python bench/mutants.py ingenuity_nodes/frames.py test/test_frames.py --mutants 30`` draws
mutants (an operator, a comparison, a sign, a number, a condition) with a fixed seed, runs the
tests on each in a copy of the package, with kernels as Python (NUMBA_DISABLE_JIT), and lists those
that nobody notices. mutmut and cosmic-ray change files in place, from which other processes would
read and compile, and start Python anew for each mutant.
"""

import argparse
import ast
import copy
from importlib import import_module
import os
from pathlib import Path
import random
import shutil
import signal
import sys
from tempfile import TemporaryDirectory
import time

import checkout

os.environ['NUMBA_DISABLE_JIT'] = '1'    # before the libraries for all mutants
for library in ('hypothesis', 'numba', 'numpy', 'pydantic', 'pytest', 'scipy.signal',
                'scipy.spatial.transform'):
    import_module(library)

ROOT = Path(checkout.ROOT)
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
            yield node, 'value', node.value + 1 if type(node.value) is int else node.value * 1.5
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
    parser = argparse.ArgumentParser(description=__doc__.partition('\n')[2])
    parser.add_argument('module')
    parser.add_argument('tests', nargs='+')
    parser.add_argument('--mutants', type=int, default=30)
    parser.add_argument('--minutes', type=float, default=10.0)
    parser.add_argument('--seed', type=int, default=1)
    options = parser.parse_args()
    source = (ROOT / options.module).read_text()
    every = range(len(list(mutations(ast.parse(source)))))
    chosen = random.Random(options.seed).sample(every, min(options.mutants, len(every)))
    with TemporaryDirectory() as folder:
        for part in ('ingenuity_nodes', 'test', 'config', 'environment'):
            shutil.copytree(ROOT / part, Path(folder, part))
        shutil.copy(ROOT / 'pyproject.toml', folder)
        took = time.monotonic()
        if not passes(folder, options.tests, 600.0):
            sys.exit('the tests fail without a mutant, too')
        patience = 10.0 + 3.0 * (time.monotonic() - took)
        killed, survivors = 0, []
        end = time.monotonic() + 60.0 * options.minutes
        for number in chosen:
            if time.monotonic() > end:
                break
            text, line, change = mutant(source, number)
            Path(folder, options.module).write_text(text)
            if passes(folder, options.tests, patience):
                survivors.append((line, change))
            else:
                killed += 1
    print(f'{options.module}: {killed} of {killed + len(survivors)} mutants noticed, '
          f'drawn of {len(every)}')
    for line, change in sorted(survivors):
        print(f'  line {line}: {change[:150]}')


def passes(folder, tests, patience):
    """Whether the tests pass in a copy, in a child that has the libraries; a hang is no pass."""
    child = os.fork()
    if not child:
        os.chdir(folder)
        sys.path[:] = [folder, *(path for path in sys.path if Path(path) != ROOT)]
        with open(os.devnull, 'w') as nothing:
            os.dup2(nothing.fileno(), 1)
            os.dup2(nothing.fileno(), 2)
        os._exit(int(import_module('pytest').main([
            '-q', '-x', '-m', 'not slow and not live', '-p', 'no:cacheprovider', *tests])))
    end = time.monotonic() + patience
    while time.monotonic() < end:
        done, status = os.waitpid(child, os.WNOHANG)
        if done:
            return status == 0
        time.sleep(0.1)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    return False


if __name__ == '__main__':
    main()

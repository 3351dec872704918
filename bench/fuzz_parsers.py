# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""
Fuzz all that reads bytes of strangers: YAML, radio frames, bags, ground, tracks.

``python bench/fuzz_parsers.py [PARSER ...] --seconds 60``. Each parser runs in a process of its
own and may raise nothing but its own refusals, in lines of at most 2,000 characters, within 10 s
an input. With atheris (``pip install atheris``) inputs follow the branches they reach; without it
they are mutations with a fixed seed. What breaks a rule is kept in ``--out``; with ``--keep N`` up
to N small inputs that reached something new go into ``test/data/corpus``, which
``test/test_parsers.py`` replays.
"""

import argparse
from collections import Counter
import hashlib
import importlib.util
from pathlib import Path
import re
import subprocess
import sys
from tempfile import TemporaryDirectory
import time
import traceback

import checkout

sys.path.insert(0, str(Path(checkout.ROOT, 'test')))
SMALL = 2000             # [B] of an input that is kept
PATIENCE = 120.0         # [s] beyond the time asked for, to start and to end
# Whose branches atheris follows: libraries, and our modules.
LIBRARIES = 'yaml', 'mcap', 'rosbags.serde'
OURS = (
    'campaign.row_store', 'export.from_bag', 'radio.files', 'radio.frames',
    'recording.bag', 'recording.mission_from_bag', 'recording.mmgis',
    'recording.nav_labels', 'recording.result_file', 'recording.run_log',
    'recording.tracks', 'robots.urdf_reader', 'world.elevation_file',
    'world.orthophoto_file', 'world.raster_numbers', 'yaml_files')
INPUT_S, MEMORY_MB = 10, 3000    # what one input may cost


def main():
    options = read_options()
    if options.one:
        by_mutation(options)
    engine = options.engine or ('atheris' if importlib.util.find_spec('atheris') else 'mutation')
    from parser_doors import DOORS
    unknown = set(options.parsers) - set(DOORS)
    if unknown:
        sys.exit(f'found {", ".join(unknown)}, allowed: {", ".join(DOORS)}')
    print(f'{"parser":12} {"inputs":>9} {"branches":>9}  {engine}, {options.seconds} s each')
    bad = 0
    for name in options.parsers or DOORS:
        out = Path(options.out, name)
        out.mkdir(parents=True, exist_ok=True)
        inputs, branches, reason = run(name, options, engine, out)
        print(f'{name:12} {inputs:>9} {branches:>9}  {reason}', flush=True)
        bad += bool(reason)
        if options.keep and engine == 'atheris':
            keep(name, options, out)
    sys.exit(min(bad, 1))


def read_options():
    parser = argparse.ArgumentParser(description=__doc__.partition('\n')[2])
    parser.add_argument('parsers', nargs='*')
    parser.add_argument('--seconds', type=int, default=30)
    parser.add_argument('--engine', choices=('atheris', 'mutation'))
    parser.add_argument('--out', default='fuzz')
    parser.add_argument('--keep', type=int, default=0)
    parser.add_argument('--seed', type=int, default=1)
    parser.add_argument('--one', action='store_true', help=argparse.SUPPRESS)
    parser.add_argument('--follow', nargs=argparse.REMAINDER, help=argparse.SUPPRESS)
    if '--follow' in sys.argv:    # atheris reads the rest
        by_coverage(sys.argv[sys.argv.index('--follow') + 1:])
    return parser.parse_args()


def run(name, options, engine, out):
    """Fuzz one parser in a process; inputs, branches reached, what went wrong."""
    command = [sys.executable, __file__]
    if engine == 'atheris':
        command += ['--follow', name, *libfuzzer(name, options, out)]
    else:
        command += [name, '--one', '--seconds', str(options.seconds), '--seed',
                    str(options.seed), '--out', str(out)]
    try:
        ended = subprocess.run(command, capture_output=True, text=True, errors='replace',
                               timeout=options.seconds + PATIENCE)
    except subprocess.TimeoutExpired:
        return '?', '?', 'HANGS'
    output = ended.stderr + ended.stdout
    (out / 'log').write_text(output)
    inputs = re.findall(r'(?:stat::number_of_executed_units:|^inputs:)\s*(\d+)', output, re.M)
    branches = re.findall(r'cov: (\d+)', output)
    wrong = [line for line in output.splitlines() if 'Trespass:' in line or 'ERROR: libF' in line]
    reason = ' | '.join(dict.fromkeys(line[:200] for line in wrong)) or (
        f'status {ended.returncode}' if ended.returncode else '')
    return (inputs or ['?'])[-1], (branches or ['-'])[-1], reason


def libfuzzer(name, options, out):
    """Write examples and corpus where the fuzzer begins; its arguments."""
    work = out / 'inputs'
    work.mkdir(exist_ok=True)
    for data in beginnings(name):
        (work / hashlib.sha256(data).hexdigest()[:16]).write_bytes(data)
    return [str(work), f'-max_total_time={options.seconds}', f'-timeout={INPUT_S}',
            f'-rss_limit_mb={MEMORY_MB}', '-max_len=20000', '-print_final_stats=1',
            f'-artifact_prefix={out}/', f'-seed={options.seed}']


def beginnings(name):
    from parser_doors import corpus, examples
    with TemporaryDirectory() as folder:
        return [*examples(name, Path(folder)), *(path.read_bytes() for path in corpus(name))]


def by_coverage(arguments):
    """Let atheris lead one parser; does not return."""
    import atheris
    name, rest = arguments[0], arguments[1:]
    with atheris.instrument_imports(include=[
            *LIBRARIES, *(f'ingenuity_nodes.{name}' for name in OURS)]):
        from parser_doors import knock

    def one(data):
        with TemporaryDirectory() as folder:
            knock(name, data, Path(folder))

    atheris.Setup([sys.argv[0], *rest], one)
    atheris.Fuzz()
    sys.exit(0)


def by_mutation(options):
    """Mutate examples and corpus of one parser for some time; keep each kind of finding once."""
    from parser_doors import knock, mutated, Trespass
    import numpy as np
    (name,), found, taken = options.parsers, Counter(), Counter()
    rng, known = np.random.default_rng(options.seed), beginnings(options.parsers[0])
    end = time.monotonic() + options.seconds
    while time.monotonic() < end:
        data = mutated(known[int(rng.integers(0, len(known)))], known, rng)
        began = time.monotonic()
        try:
            with TemporaryDirectory() as folder:
                taken[knock(name, data, Path(folder))] += 1
        except Trespass as error:
            last = traceback.extract_tb((error.__cause__ or error).__traceback__)[-1]
            key = f'{type(error.__cause__).__name__} {Path(last.filename).name}:{last.lineno}'
            if not found[key]:
                Path(options.out, f'crash-{len(found)}').write_bytes(data)
                print(f'Trespass: {key}: {error}')
            found[key] += 1
        if time.monotonic() - began > INPUT_S:
            Path(options.out, 'slow').write_bytes(data)
            print(f'Trespass: {time.monotonic() - began:.0f} s for {len(data)} bytes')
    print(f'inputs: {sum(taken.values()) + sum(found.values())}\ntaken: {taken[True]}')
    sys.exit(1 if found else 0)


def keep(name, options, out):
    """Copy some of the inputs that reached something new into the corpus, small ones first."""
    from parser_doors import CORPUS
    to = CORPUS / name
    to.mkdir(parents=True, exist_ok=True)
    small = sorted((path for path in (out / 'inputs').iterdir() if path.stat().st_size <= SMALL),
                   key=lambda path: (path.stat().st_size, path.name))
    step = max(1, len(small) // options.keep)
    for path in small[::step][:options.keep]:
        data = path.read_bytes()
        (to / hashlib.sha256(data).hexdigest()[:16]).write_bytes(data)


if __name__ == '__main__':
    main()

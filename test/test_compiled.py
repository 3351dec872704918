# Copyright 2026 Ingenuity contributors
#
# Licensed under the Apache License, Version 2.0 (the "License");
# you may not use this file except in compliance with the License.
# You may obtain a copy of the License at
#
#     http://www.apache.org/licenses/LICENSE-2.0
#
# Unless required by applicable law or agreed to in writing, software
# distributed under the License is distributed on an "AS IS" BASIS,
# WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
# See the License for the specific language governing permissions and
# limitations under the License.
"""Compiled code belongs to one state of the sources."""

import os
from pathlib import Path
import re
import subprocess
import sys

from ingenuity_nodes.compiled import FILES, fingerprint, ROOMS
import pytest

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture
def package(tmp_path):
    for room in (*ROOMS, 'nodes'):
        (tmp_path / room).mkdir()
    for name in (*FILES, 'vehicle/two.py', 'nodes/three.py'):
        (tmp_path / name).write_text('x = 1\n')
    return tmp_path


@pytest.mark.parametrize(('changed', 'another'), [
    ('vehicle/two.py', True), ('timing.py', True), ('nodes/three.py', False)])
def test_a_change_of_what_is_compiled_is_another_state(package, changed, another):
    before = fingerprint(package)
    (package / changed).write_text('x = 22\n')
    assert (fingerprint(package) != before) is another


def test_compiled_functions_and_all_they_import_live_where_changes_are_noticed():
    package = ROOT / 'ingenuity_nodes'
    watched = {package / name for name in FILES}
    for room in ROOMS:
        watched |= set((package / room).rglob('*.py'))
    for path in package.rglob('*.py'):
        text = path.read_text()
        if 'import njit' not in text and ', njit' not in text:
            continue
        assert path in watched
        for module in re.findall(r'^from ingenuity_nodes\.([\w.]+) import', text, re.MULTILINE):
            known = module in ROOMS or package / f'{module.replace(".", "/")}.py' in watched
            assert known, f'{path} uses {module}'


def test_the_same_sources_are_the_same_state_whoever_looks(package):
    assert fingerprint(package) == fingerprint(package)


@pytest.mark.parametrize(('home', 'kept'), [('home', True), ('file/home', False)])
def test_the_cache_goes_to_the_home_if_that_can_be_written(tmp_path, home, kept):
    (tmp_path / 'file').write_text('')
    environment = {k: v for k, v in os.environ.items()
                   if k not in ('NUMBA_CACHE_DIR', 'XDG_CACHE_HOME')}
    told = subprocess.run(
        [sys.executable, '-c', 'import ingenuity_nodes, os;'
                               "print(os.environ.get('NUMBA_CACHE_DIR', ''))"],
        env={**environment, 'HOME': str(tmp_path / home), 'PYTHONPATH': str(ROOT)},
        capture_output=True, text=True, check=True, timeout=60).stdout.strip()
    assert told.startswith(str(tmp_path)) is kept

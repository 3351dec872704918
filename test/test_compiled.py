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
import subprocess
import sys

from ingenuity_nodes.compiled import fingerprint
import pytest

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture
def package(tmp_path):
    (tmp_path / 'vehicle').mkdir()
    for name in ('one.py', 'vehicle/two.py'):
        (tmp_path / name).write_text('x = 1\n')
    return tmp_path


def test_a_change_in_any_file_of_the_package_is_another_state(package):
    before = fingerprint(package)
    (package / 'vehicle' / 'two.py').write_text('x = 22\n')
    assert fingerprint(package) != before


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

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
"""Every source file carries the licence in the form that ament_copyright knows."""

from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
FOLDERS = ('ingenuity_nodes', 'launch', 'test', 'bench', 'environment')
HEADER = """\
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
"""


def sources() -> list[Path]:
    inside = [path for folder in FOLDERS for path in sorted((ROOT / folder).rglob('*.py'))]
    return [ROOT / 'setup.py', *inside]


def test_every_python_file_that_says_something_begins_with_the_licence():
    files = [path for path in sources() if path.stat().st_size]
    assert len(files) > 30
    without = [str(path.relative_to(ROOT)) for path in files
               if not path.read_text().startswith(HEADER)]
    assert without == []


@pytest.mark.parametrize('name', ['LICENSE', 'CONTRIBUTING.md'])
def test_licence_and_contributing_have_the_words_that_ament_copyright_looks_for(name):
    text = ' '.join((ROOT / name).read_text().split())
    assert '5. Submission of Contributions. Unless You explicitly state otherwise' in text

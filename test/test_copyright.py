# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""Every source file names its licence, in the two lines of SPDX."""

from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
FOLDERS = ('ingenuity_nodes', 'launch', 'test', 'bench', 'environment')
HEADER = """\
# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
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

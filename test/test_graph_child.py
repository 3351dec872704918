# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""Who draws is nice to who flies."""

import subprocess
import sys

from ingenuity_nodes.graph.child import AUTOGROUP
import pytest

PROGRAM = """
import os, sys
from ingenuity_nodes.graph.child import AUTOGROUP, be_nice
be_nice(int(sys.argv[1]))
print(os.nice(0), AUTOGROUP.read_text().split()[-1])
"""


@pytest.mark.skipif(not AUTOGROUP.exists(), reason='this kernel has no autogroups')
@pytest.mark.parametrize('niceness', [0, 10])
def test_a_process_with_a_session_of_its_own_is_nice_to_other_sessions(niceness):
    found = subprocess.run([sys.executable, '-c', PROGRAM, str(niceness)], text=True, timeout=60,
                           start_new_session=True, check=True, stdout=subprocess.PIPE).stdout
    own, session = map(int, found.split())
    assert session == niceness
    assert own >= niceness

# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""Importing this lets a script measure the checkout that it lies in, wherever it is started."""

import os
from pathlib import Path
import sys

ROOT = str(Path(__file__).resolve().parent.parent)

if ROOT not in sys.path:
    sys.path.insert(0, ROOT)
    # Processes that a script starts import the same package.
    os.environ['PYTHONPATH'] = os.pathsep.join(
        [ROOT, *filter(None, [os.environ.get('PYTHONPATH')])])

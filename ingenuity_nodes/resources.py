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
"""Where the package keeps its configuration: in a checkout, or installed under ``share``."""

from __future__ import annotations

import os
from pathlib import Path
import sys

PACKAGE = 'ingenuity_nodes'


def share_directory() -> Path:
    """
    Find the folder that holds ``config`` and ``launch``.

    Raises
    ------
    FileNotFoundError
        Neither a checkout nor an installed package lies on any known prefix.

    """
    checkout = Path(__file__).resolve().parent.parent
    if (checkout / 'config' / 'scenarios').is_dir():
        return checkout
    prefixes = [*os.environ.get('AMENT_PREFIX_PATH', '').split(os.pathsep), sys.prefix]
    for prefix in filter(None, prefixes):
        share = Path(prefix) / 'share' / PACKAGE
        if share.is_dir():
            return share
    places = ', '.join(filter(None, prefixes))
    raise FileNotFoundError(f'no share/{PACKAGE} under any of: {places}')


def configuration(*parts: str) -> Path:
    """Path of one file or folder under ``config``."""
    return share_directory().joinpath('config', *parts)

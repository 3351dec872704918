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
"""The folders of compiled kernels."""

from __future__ import annotations

import os
from pathlib import Path
import time

from ingenuity_nodes.resources import user_folder

SHIPPED = Path(__file__).parent / 'shipped'    # made when the package is built; only read
KEPT_S = 60 * 86400.0    # what nobody used for so long is removed


def cache_folder() -> Path | None:
    """Name the folder that compiled kernels are kept in, None where there can be none."""
    return user_folder('kernels', os.environ.get('INGENUITY_KERNELS'))


def forget_unused(folder: Path) -> None:
    """Remove what nobody has used for long."""
    oldest = time.time() - KEPT_S
    for path in folder.iterdir():
        try:
            if path.stat().st_mtime < oldest:
                path.unlink()
        except OSError:
            continue

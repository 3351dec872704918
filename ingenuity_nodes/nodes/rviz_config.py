# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""What rviz2 opens, for a run in a namespace."""

from __future__ import annotations

from pathlib import Path
import re
import tempfile

_TOPIC = re.compile(r'^(\s+Value: )/(\S+)$', re.MULTILINE)


def namespaced(text: str, namespace: str) -> str:
    """Move all topics of a configuration below a namespace, those that are not there yet."""
    root = namespace.strip('/')
    if not root:
        return text
    return _TOPIC.sub(
        lambda found: found[0] if found[2].startswith(f'{root}/')
        else f'{found[1]}/{root}/{found[2]}', text)


def config_for(file: Path, namespace: str) -> Path:
    """Return a configuration file whose topics are below a namespace; without one the same."""
    if not namespace.strip('/'):
        return file
    copy = Path(tempfile.mkdtemp(prefix='ingenuity_rviz_')) / file.name
    copy.write_text(namespaced(file.read_text(encoding='utf-8'), namespace), encoding='utf-8')
    return copy

# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""Classes of message types that a bag or another node names; nothing else is imported by name."""

from __future__ import annotations

import importlib
from importlib.util import find_spec
from pathlib import Path
import re


class UnknownTypeError(ValueError):
    """No message type of that name can be had here; the text says why."""


def message_type(name: str) -> type:
    """
    Find the class of a message type such as ``sensor_msgs/msg/Imu``; ROS 1 leaves out the msg.

    The name comes from a stranger: only packages that ROS has generated are imported.

    Raises
    ------
    UnknownTypeError
        It is no name of a type, or the type is not installed here.

    """
    parts = re.fullmatch(r'([a-z][a-z0-9_]*)/(?:msg/)?([A-Z][A-Za-z0-9]*)', name, re.ASCII)
    if parts is None:
        raise UnknownTypeError(f"found the type '{name[:60]}', allowed: package/msg/Type")
    package, kind = parts.groups()
    spec = find_spec(package)    # of a name without dots this runs nothing
    folder = Path(spec.origin).parent if spec and spec.origin else None
    if folder is None or not any(folder.glob(f'{package}_s__rosidl_typesupport_*')):
        raise UnknownTypeError(f'{name} is not installed here')
    try:
        found = getattr(importlib.import_module(f'{package}.msg'), kind)
    except (ImportError, AttributeError) as error:
        raise UnknownTypeError(f'{name} is not installed here') from error
    assert isinstance(found, type)
    return found

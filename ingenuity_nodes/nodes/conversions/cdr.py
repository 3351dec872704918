# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""Messages that are kept as the bytes that came over the network."""

from __future__ import annotations

from typing import Any

from rclpy.serialization import deserialize_message


def from_cdr(cdr: bytes, kind: type) -> Any:
    """
    Read a serialized message.

    Raises
    ------
    ValueError
        It is none: cut short, or of another type.

    """
    try:
        return deserialize_message(cdr, kind)
    except RuntimeError as error:    # RMWError, of the middleware
        raise ValueError(f'found {len(cdr)} bytes that are no {kind.__name__}, allowed: a whole '
                         'message') from error

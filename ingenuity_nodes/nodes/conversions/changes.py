# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""Parameters that were changed in flight, as a line for people and for the recorder."""

from __future__ import annotations

import re

from ingenuity_nodes.timing import SECOND_NS
from ingenuity_nodes.world.conditions import ParameterChange
from std_msgs.msg import String

_LINE = re.compile(r'(\d{1,9}\.\d{9}) s: (/[\w/]+): ([\w.]+): (\S+) -> (\S+)', re.ASCII)


def change_message(change: ParameterChange) -> String:
    """Write ``12.340000000 s: /world: wind.speed: 4.0 -> 9.0``, with all digits."""
    seconds, rest = divmod(change.t_ns, SECOND_NS)
    return String(data=f'{seconds}.{rest:09d} s: {change.node}: {change.name}: '
                  f'{change.before!r} -> {change.after!r}')


def change_from(message: String) -> ParameterChange:
    """
    Read a change.

    Raises
    ------
    ValueError
        It is none.

    """
    match = _LINE.fullmatch(message.data)
    try:
        if match is None:
            raise ValueError
        before, after = float(match[4]), float(match[5])
    except ValueError:
        raise ValueError(f"found '{message.data[:80]}', allowed: '<time> s: <node>: <parameter>: "
                         "<number> -> <number>'") from None
    return ParameterChange(int(match[1].replace('.', '')), match[2], match[3], before, after)

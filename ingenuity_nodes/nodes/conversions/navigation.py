# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""What navigation was handed, as the bag keeps it for another run of the filter."""

from __future__ import annotations

import array
from collections.abc import Sequence

from ingenuity_nodes.navigation.inputs import (
    COLUMNS, NavigationInput, PowerOn, rows_of, WIDTH)
from std_msgs.msg import Float64MultiArray, MultiArrayDimension, MultiArrayLayout

_LABEL = ' '.join(name if size == 1 else f'{name}*{size}' for name, size in COLUMNS)
_START = 't_ns roll pitch yaw east north up'


def inputs_message(inputs: Sequence[NavigationInput]) -> Float64MultiArray:
    """Write steps x columns; features are messages of their own."""
    rows = rows_of(inputs)
    message = Float64MultiArray(layout=MultiArrayLayout(dim=[
        MultiArrayDimension(label='step', size=len(rows), stride=rows.size),
        MultiArrayDimension(label=_LABEL, size=WIDTH, stride=WIDTH)]))
    message.data = array.array('d', rows.tobytes())
    return message


def start_message(start: PowerOn) -> Float64MultiArray:
    """Write what navigation was initialised with."""
    message = Float64MultiArray(layout=MultiArrayLayout(dim=[
        MultiArrayDimension(label=_START, size=7, stride=7)]))
    message.data = array.array('d', [
        float(start.t_ns), start.tilt.roll, start.tilt.pitch, start.yaw,
        *(float(value) for value in start.p_MB)])
    return message

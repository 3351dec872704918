# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""Messages that nobody should send: fields at the edges of their types, and beyond all sense."""

from __future__ import annotations

from copy import deepcopy
import re
from typing import Any

from ingenuity_nodes.nodes.message_types import message_type
import numpy as np
from rclpy.serialization import serialize_message

EDGES = np.array([0.0, -0.0, 1.0, -1.0, np.nan, np.inf, -np.inf, 1e300, -1e300, 1e-320, 5e8,
                  np.pi])
BITS = {'int8': 8, 'int16': 16, 'int32': 32, 'int64': 64,
        'uint8': -8, 'uint16': -16, 'uint32': -32, 'uint64': -64, 'char': -8}
TEXTS = ('', ' ', '\0', 'x' * 5000, '[' * 2000, '{a: &a [*a]}', 'nan', '1e300', '-1', '9' * 4301,
         '../../etc/passwd', '/vsicurl/http://localhost/', 'ended: landed', 'failed: so they say',
         'gone', 'ready', '{order: hold}', '{order: 7}', 'vehicle: nobody\norder: land',
         '\U0010ffff', 'bgr8', 'mono16', '32FC1', 'map', 'nowhere', '!!python/object:os.system {}',
         '- - - -', 'a: 1\na: 2', '&a [&b [&c [*a, *b]]]', 'segments: []', '/world',
         '12 12 12', '%s%n{0}')
LENGTHS = (0, 1, 2, 3, 7, 36, 1000)    # of sequences
HUGE, HUGE_ONE_IN = 100_000, 200
DEEPEST = 6


class Hostile:
    """Makes messages; the same generator gives the same ones."""

    def __init__(self, random: np.random.Generator) -> None:
        self._random = random

    def message(self, kind: type, depth: int = 0) -> Any:
        """Fill a message of any kind with values at the edges of their types."""
        made = kind()
        for name, of_field in made.get_fields_and_field_types().items():
            part = getattr(made, name)
            if hasattr(part, 'get_fields_and_field_types'):    # no name finds an action's
                setattr(made, name, self.message(type(part), depth + 1))
            else:
                setattr(made, name, self.value(of_field, depth))
        return made

    def changed(self, message: Any) -> Any:
        """Copy a message that somebody has sent, with one to three of its values changed."""
        copy = deepcopy(message)
        for _ in range(int(self._random.integers(1, 4))):
            self._change_one(copy)
        return copy

    def damaged(self, message: Any) -> bytes:
        """Serialize a message and cut it short, or flip some of its bits."""
        data = bytearray(serialize_message(message))
        if self._random.random() < 0.5:
            return bytes(data[:int(self._random.integers(4, len(data) + 1))])
        for _ in range(int(self._random.integers(1, 9))):
            if len(data) > 4:    # the first four name the encoding
                data[int(self._random.integers(4, len(data)))] ^= 1 << int(
                    self._random.integers(8))
        return bytes(data)

    def value(self, of_field: str, depth: int = 0) -> Any:
        """Make a value of a field's type, as ``sequence<double>``, ``double[36]``, ``string``."""
        array = re.fullmatch(r'(.+)\[(\d+)\]', of_field)
        if array:
            values = self._values(array[1], int(array[2]), depth)
            return np.array(values) if array[1] in BITS or array[1] in (
                'double', 'float') else values
        sequence = re.fullmatch(r'sequence<(.+?)(?:, (\d+))?>', of_field)
        if sequence:
            return self._values(sequence[1], min(self._length(sequence[1], depth),
                                                 int(sequence[2] or HUGE)), depth)
        return self._values(of_field, 1, depth)[0]

    def _length(self, of_part: str, depth: int) -> int:
        if '/' in of_part or 'string' in of_part:
            return int(self._random.integers(0, 4)) if depth < DEEPEST else 0
        if self._random.integers(HUGE_ONE_IN) == 0:
            return HUGE
        return LENGTHS[int(self._random.integers(len(LENGTHS)))]

    def _values(self, kind: str, count: int, depth: int) -> Any:
        """Make so many values of a type that is no array."""
        random = self._random
        if kind in ('double', 'float'):
            edges = EDGES[random.integers(len(EDGES), size=count)]
            usual = random.normal(0.0, 10.0, count)
            values = np.where(random.random(count) < 0.5, edges, usual)
            if kind == 'float':
                values = np.clip(values, -3.4e38, 3.4e38)
            return values.tolist()
        if kind in BITS:
            bits = abs(BITS[kind])
            low, high = (0, 2**bits - 1) if BITS[kind] < 0 else (-2**(bits - 1), 2**(bits - 1) - 1)
            edges = (low, high, 0, 1, max(low, -1), min(high, 100))
            return [edges[k] for k in random.integers(len(edges), size=count).tolist()]
        if kind == 'boolean':
            return [bool(value) for value in random.integers(2, size=count)]
        if kind in ('octet', 'byte'):
            return [bytes([int(value)]) for value in random.integers(256, size=count)]
        if '/' not in kind:    # string, wstring, bounded ones
            bound = re.search(r'<(\d+)>', kind)
            return [TEXTS[int(k)][:int(bound[1]) if bound else None]
                    for k in random.integers(len(TEXTS), size=count)]
        return [self.message(message_type(kind), depth + 1) for _ in range(count)]

    def _change_one(self, message: Any) -> None:
        """Change one value, somewhere below."""
        fields = list(message.get_fields_and_field_types().items())
        if not fields:
            return
        name, of_field = fields[int(self._random.integers(len(fields)))]
        value = getattr(message, name)
        if hasattr(value, 'get_fields_and_field_types'):
            self._change_one(value)
        elif (isinstance(value, list) and value and self._random.random() < 0.8
                and hasattr(value[0], 'get_fields_and_field_types')):
            self._change_one(value[int(self._random.integers(len(value)))])
        elif len(getattr(value, 'shape', ())) == 1 or hasattr(value, 'typecode'):
            self._change_number(value, of_field)
        else:
            setattr(message, name, self.value(of_field))

    def _change_number(self, values: Any, of_field: str) -> None:
        """Change one number of an array in place."""
        kind = re.sub(r'^sequence<|[,\[>].*$', '', of_field)
        if len(values):
            values[int(self._random.integers(len(values)))] = self._values(kind, 1, 0)[0]

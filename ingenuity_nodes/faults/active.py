# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""What an active fault does to the numbers of one signal."""

from __future__ import annotations

from collections import deque

from ingenuity_nodes.faults.fault import AXES, Fault
from ingenuity_nodes.signals import FaultOrder
from ingenuity_nodes.timing import SECOND_NS
import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


class ActiveFault:
    """
    One fault while it lasts.

    ``random`` is its own generator: a fault changes no other noise, and the same seed gives
    the same fault.
    """

    def __init__(
        self, fault: Fault, order: FaultOrder, t_ns: int, random: np.random.Generator,
    ) -> None:
        self.fault, self.kind = fault, fault.kind
        self.magnitude, self.location = order.magnitude, order.location
        self.began_ns, self.random = t_ns, random
        self.end_ns = None if order.duration_ns is None else t_ns + order.duration_ns
        self._axis = AXES.index(order.location) if order.location in AXES else 0
        self._held: Array | None = None
        self._queue: deque[tuple[int, Array]] = deque()

    def age(self, t_ns: int) -> float:
        """Return the time since it began [s]."""
        return (t_ns - self.began_ns) / SECOND_NS

    def happens(self) -> bool:
        """Draw whether this sample, frame or slot is hit, ``magnitude`` being the fraction."""
        return float(self.random.random()) < self.magnitude

    def distort(self, t_ns: int, value: Array) -> Array:
        """
        Return a signal's value as the fault changes it, shape (n,); the argument is not modified.

        A missing value (``off``) becomes zeros, a lost one (``dropout``) the one before.
        """
        if self.kind == 'off':
            return np.zeros_like(value)
        if self.kind == 'stuck' or (self.kind == 'dropout' and self.happens()):
            self._held = value if self._held is None else self._held
            return self._held
        if self.kind == 'delay':
            return self._late(t_ns, value)
        out = value.copy()
        if self.kind == 'bias':
            out[self._axis] += self.magnitude
        elif self.kind == 'drift':
            out[self._axis] += self.magnitude * self.age(t_ns)
        elif self.kind == 'noise':
            out += self.magnitude * self.random.standard_normal(len(out))
        self._held = value
        return out

    def _late(self, t_ns: int, value: Array) -> Array:
        """Return the value of ``magnitude`` seconds ago; the first one until there is one."""
        self._queue.append((t_ns, value))
        then = t_ns - round(self.magnitude * SECOND_NS)
        while len(self._queue) > 1 and self._queue[1][0] <= then:
            self._queue.popleft()
        return self._queue[0][1]

# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""How to subscribe to what somebody publishes, whatever that is."""

from __future__ import annotations

from collections.abc import Sequence

from ingenuity_nodes.recording.bag.writer import BagQos
from rclpy.qos import DurabilityPolicy, QoSProfile, ReliabilityPolicy


def offered(offers: Sequence[QoSProfile]) -> BagQos:
    """Return what all publishers of a topic offer."""
    return BagQos(
        max(offer.depth for offer in offers),
        all(offer.reliability == ReliabilityPolicy.RELIABLE for offer in offers),
        all(offer.durability == DurabilityPolicy.TRANSIENT_LOCAL for offer in offers))


def wanted(qos: BagQos, depth: int) -> QoSProfile:
    """Ask for as much as is offered, and for ``depth`` messages that may wait."""
    return QoSProfile(
        depth=depth,
        durability=(DurabilityPolicy.TRANSIENT_LOCAL if qos.latched
                    else DurabilityPolicy.VOLATILE),
        reliability=(ReliabilityPolicy.RELIABLE if qos.reliable
                     else ReliabilityPolicy.BEST_EFFORT))

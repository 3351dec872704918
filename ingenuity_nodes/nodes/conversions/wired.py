# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""How each output that is wired to another participant goes over the network."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from ingenuity_nodes import frames
from ingenuity_nodes.graph.wiring import HELICOPTER, MAPPER, MISSION, ROVER
from ingenuity_nodes.guidance.flight_plan import plan_from_yaml, plan_to_yaml
from ingenuity_nodes.nodes.conversions.driving import (
    path_from, path_to_message, report_from, report_message)
from ingenuity_nodes.nodes.conversions.geometry import header, nanoseconds
from ingenuity_nodes.nodes.conversions.images import radio_from, radio_message
from ingenuity_nodes.nodes.conversions.maps import map_from, map_message
from ingenuity_nodes.nodes.conversions.orders import order_from, order_message
from ingenuity_nodes.nodes.conversions.sensors import range_from, range_message
from ingenuity_nodes.nodes.conversions.state import (
    estimate_from, estimate_message, truth_from, truth_message)
from ingenuity_nodes.signals import Go, ModeChange, Receipt
from nav_msgs.msg import Odometry, Path
from sensor_msgs.msg import Range
from std_msgs.msg import Empty, Header, String, UInt8MultiArray


class Codec(NamedTuple):
    """One kind of message; ``decode`` raises ValueError at what it cannot read."""

    message: type
    encode: Callable[[Any, str], Any]    # of the value and the name of its sender
    decode: Callable[[Any], Any]
    source_of: Callable[[Any], str] | None = None    # sender's name, where the message has it
    stamp_of: Callable[[Any], int] | None = None     # [ns], where each tick has a message


def mode_from(message: String) -> ModeChange:
    """Read ``mode: reason``; the instant is not in the message and comes back as zero."""
    mode, _, reason = message.data.partition(': ')
    return ModeChange(0, mode, reason)


def receipt_from(message: String) -> Receipt:
    """
    Read ``sender file sha256``.

    Raises
    ------
    ValueError
        Not three words.

    """
    words = message.data.split(' ')
    if len(words) != 3:
        raise ValueError(f"found '{message.data[:80]}', allowed: sender, file and sha256")
    return Receipt(*words)


def stamp_of(message: Odometry) -> int:
    """Return the time in the header of a message [ns]."""
    return nanoseconds(message.header.stamp)


_RADIO = Codec(UInt8MultiArray, lambda packet, _: radio_message(packet), radio_from,
               lambda message: radio_from(message).sender)
CODECS = {
    (MISSION, 'plans'): Codec(
        String, lambda plan, _: String(data=plan_to_yaml(plan)),
        lambda message: plan_from_yaml(message.data)),
    (MISSION, 'go'): Codec(Empty, lambda *_: Empty(), lambda _: Go()),
    (MISSION, 'orders'): Codec(String, lambda order, _: order_message(order), order_from),
    (HELICOPTER, 'positions'): Codec(Odometry, estimate_message, estimate_from),
    (HELICOPTER, 'modes'): Codec(
        String, lambda change, _: String(data=f'{change.mode}: {change.reason}'), mode_from),
    (HELICOPTER, 'truths'): Codec(Odometry, truth_message, truth_from, stamp_of=stamp_of),
    (HELICOPTER, 'estimates'): Codec(
        Odometry, estimate_message, estimate_from, stamp_of=stamp_of),
    (HELICOPTER, 'altitudes'): Codec(Range, range_message, range_from),
    (HELICOPTER, 'shutters'): Codec(
        Header, lambda t_ns, name: header(t_ns, frames.frame(name, 'navcam_optical_frame')),
        lambda message: nanoseconds(message.stamp)),
    (MAPPER, 'maps'): Codec(UInt8MultiArray, lambda value, _: map_message(value), map_from),
    (HELICOPTER, 'packets'): _RADIO,
    (ROVER, 'packets'): _RADIO,
    (ROVER, 'receipts'): Codec(
        String, lambda receipt, _: String(
            data=f'{receipt.sender} {receipt.name} {receipt.sha256}'), receipt_from),
    (MISSION, 'rover_paths'): Codec(Path, lambda path, _: path_to_message(path), path_from),
    (ROVER, 'reports'): Codec(
        String, lambda report, _: report_message(report), report_from),
}

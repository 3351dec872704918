# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""One declaration of a number feeds the ROS parameter, its description and its limits."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import Field, fields, is_dataclass, replace
import math
from typing import Any, TypeVar

from ingenuity_nodes.parameters import checked, ParameterError
from rcl_interfaces.msg import FloatingPointRange, IntegerRange, ParameterDescriptor
from rclpy.exceptions import ParameterException
from rclpy.node import Node

P = TypeVar('P')


def declare(
    node: Node, parameters: P, prefix: str = '', *, live: bool = False,
    only: Collection[str] = (),
) -> P:
    """
    Declare every field of a parameter dataclass, its sections as dotted names.

    Only those fields that are named, if any are; live ones are not marked as read-only.

    Returns
    -------
    P
        The values in force: those given, unless the node was started with others.

    Raises
    ------
    ParameterError
        A value of another kind or outside its limits.

    """
    values: dict[str, Any] = {}
    for about in fields(parameters):    # type: ignore[arg-type]
        name, value = f'{prefix}{about.name}', getattr(parameters, about.name)
        if only and about.name not in only:
            continue
        if is_dataclass(value):
            values[about.name] = declare(node, value, f'{name}.', live=live)
            continue
        initial = list(value) if isinstance(value, tuple) else value
        try:
            found = node.declare_parameter(name, initial, _descriptor(about, live)).value
        except ParameterException as error:
            raise ParameterError(name, str(error)) from error
        values[about.name] = checked(
            about, list(found) if isinstance(value, tuple) else found, name)
    return replace(parameters, **values)    # type: ignore[type-var]


def _descriptor(about: Field[Any], live: bool) -> ParameterDescriptor:
    meta = about.metadata
    descriptor = ParameterDescriptor(
        description=f"{meta['meaning']} [{meta['unit']}] ({meta['source']})",
        read_only=not live)
    limited = math.isfinite(meta['low']) and math.isfinite(meta['high'])
    if limited and isinstance(about.default, int) and not isinstance(about.default, bool):
        descriptor.integer_range = [IntegerRange(
            from_value=int(meta['low']), to_value=int(meta['high']))]
    elif limited and isinstance(about.default, float):
        descriptor.floating_point_range = [FloatingPointRange(
            from_value=float(meta['low']), to_value=float(meta['high']))]
    return descriptor

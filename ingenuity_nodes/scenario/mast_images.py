# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""What a rover's mast camera is told: rows ``images:`` of a scenario, or one by topic."""

from __future__ import annotations

from collections.abc import Sequence
import math
from typing import Annotated, Any

from ingenuity_nodes.signals import ImageOrder
from ingenuity_nodes.timing import SECOND_NS
from ingenuity_nodes.yaml_files.explain import explain, LONGEST_FOUND, RuleError
from ingenuity_nodes.yaml_files.reader import read_yaml, some_of, YamlError
from ingenuity_nodes.yaml_files.section import Section
from pydantic import Field, model_validator, PlainValidator, ValidationError

DECK, FLYING = 'deck', 'flying'
FARTHEST = 5000.0    # [m] as far as a scenario's map goes
LATEST = 7200.0      # [s] as long as a mission may last


def _at(value: object) -> str | tuple[float, ...]:
    if isinstance(value, str) and value:
        return value
    numbers = value if isinstance(value, list | tuple) else ()
    if len(numbers) == 3 and all(_is_number(one, -FARTHEST, FARTHEST) for one in numbers):
        return tuple(float(one) for one in numbers)
    raise ValueError(f'found {str(value)[:LONGEST_FOUND]}, allowed: a helicopter, {DECK}, or east,'
                     f' north and up in m, each from {-FARTHEST:g} to {FARTHEST:g}')


def _after(value: object) -> str | float:
    if value == FLYING:
        return FLYING
    if _is_number(value, 0.0, LATEST):
        return float(value)    # type: ignore[arg-type]
    raise ValueError(f'found {str(value)[:LONGEST_FOUND]}, allowed: {FLYING}, or mission time, '
                     f'0 to {LATEST:g} s')


def _is_number(value: object, low: float, high: float) -> bool:
    return (isinstance(value, int | float) and not isinstance(value, bool)
            and math.isfinite(value) and low <= value <= high)


class ImagesSection(Section):
    """Images of the mast camera: of what, from when, how often, how many."""

    at: Annotated[str | tuple[float, float, float], PlainValidator(_at)]
    # Mission time, or as soon as the helicopter flies; without it at once.
    after: Annotated[str | float | None, PlainValidator(_after)] = None
    # assumed: half a second is as fast as images of this size are read out.
    every: Annotated[float, Field(ge=0.5, le=3600.0, description='s between images')] = 1.0
    count: Annotated[int, Field(ge=1, le=1000, description='images')] = 1

    @model_validator(mode='after')
    def _only_helicopters_fly(self) -> ImagesSection:
        if self.after == FLYING and (self.at == DECK or not isinstance(self.at, str)):
            raise RuleError(f"found '{FLYING}', allowed: mission time, s, as what it looks at "
                            'does not fly', 'after')
        return self

    def check_target(self, helicopters: Sequence[str]) -> None:
        """
        Check whom it looks at.

        Raises
        ------
        RuleError
            There is no such helicopter; others tell nobody where they are.

        """
        if isinstance(self.at, str) and self.at not in (*helicopters, DECK):
            raise RuleError(f"found '{self.at[:LONGEST_FOUND]}', allowed: "
                            f'{", ".join(helicopters)}, {DECK}, or east, north, up', 'at')

    def order(self, now_ns: int = 0) -> ImageOrder:
        """Write the order; without a time it begins at ``now_ns``."""
        position = None if isinstance(self.at, str) else self.at
        after = self.after if isinstance(self.after, float) else None
        return ImageOrder(
            target=self.at if isinstance(self.at, str) else '', position=position,
            start_ns=now_ns if after is None else round(after * SECOND_NS),
            when_flying=self.after == FLYING, period_ns=round(self.every * SECOND_NS),
            count=self.count)


def image_order_from_text(
    text: str, now_ns: int, helicopters: Sequence[str], cameras: Sequence[str],
) -> ImageOrder:
    """
    Read an order that comes over the network: whom to look at, or a row ``images:`` as YAML.

    Raises
    ------
    ValueError
        It is neither, or cannot be followed; the text says what is allowed.

    """
    found = f'found {text[:LONGEST_FOUND]!r}'
    if 'mastcam' not in cameras:
        raise ValueError(f'{found}, allowed: nothing, it carries no mast camera')
    try:
        value: Any = read_yaml(text)[1]
        section = ImagesSection.model_validate(
            value if isinstance(value, dict) else {'at': value})
        section.check_target(helicopters)
    except ValidationError as error:
        reasons = some_of([f'{".".join(map(str, key))}: {message}'
                           for key, message in explain(ImagesSection, error)])
        raise ValueError(f'{found}: {reasons}') from error
    except YamlError as error:
        raise ValueError(f'{found}, allowed: a helicopter, {DECK}, or YAML with the keys '
                         f'{", ".join(ImagesSection.model_fields)}') from error
    return section.order(now_ns)

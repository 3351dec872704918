# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""The section ``faults:`` of a scenario: what breaks when."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated

from ingenuity_nodes.faults.catalogue import entry
from ingenuity_nodes.faults.fault import Fault
from ingenuity_nodes.signals import FaultOrder
from ingenuity_nodes.timing import SECOND_NS
from ingenuity_nodes.yaml_files.explain import LONGEST_FOUND, RuleError
from ingenuity_nodes.yaml_files.reader import read_yaml, some_of, YamlError
from ingenuity_nodes.yaml_files.section import Section
from pydantic import Field, model_validator, ValidationError


class FaultSection(Section):
    """One fault of the catalogue; ``./ingenuity faults --list`` names them all."""

    fault: str
    vehicle: str = ''    # '': the first helicopter
    # One of both says when it begins; neither: at power-on, or at once where it comes live.
    start: Annotated[float | None, Field(ge=0.0, le=7200.0, description='s, mission time')] = None
    after_lift_off: Annotated[float | None, Field(ge=0.0, le=600.0, description='s')] = None
    duration: Annotated[float | None, Field(gt=0.0, le=7200.0, description='s')] = None
    magnitude: float | None = None
    place: str = ''      # axis, servo or rotor

    @model_validator(mode='after')
    def _fits_its_entry(self) -> FaultSection:
        try:
            about = entry(self.fault)
        except KeyError as error:
            raise RuleError(str(error.args[0]), 'fault') from error
        if self.start is not None and self.after_lift_off is not None:
            raise RuleError("found both 'start' and 'after_lift_off', allowed: one of them",
                            'after_lift_off')
        self._check_size(about)
        if self.place and self.place not in about.locations:
            allowed = ', '.join(about.locations) if about.locations != ('',) else 'none'
            raise RuleError(f"found '{self.place}', allowed: {allowed}", 'place')
        return self

    def _check_size(self, about: Fault) -> None:
        if self.magnitude is None:
            return
        if not about.unit or not about.low <= self.magnitude <= about.high:
            raise RuleError(f'found {self.magnitude:g}, allowed: {about.allowed}', 'magnitude')

    def order(self, now_ns: int = 0) -> FaultOrder:
        """Write the order; without a start it begins at ``now_ns``."""
        about = entry(self.fault)
        since = self.after_lift_off is not None
        start = self.after_lift_off if since else self.start
        return FaultOrder(
            fault=self.fault, since_lift_off=since,
            start_ns=now_ns if start is None else round(start * SECOND_NS),
            duration_ns=None if self.duration is None else round(self.duration * SECOND_NS),
            magnitude=about.usual if self.magnitude is None else self.magnitude,
            location=self.place or about.locations[0])


def orders_of(sections: Iterable[FaultSection], vehicle: str, first: str) -> list[FaultOrder]:
    """Pick the orders of one helicopter; ``first`` is meant where no vehicle is named."""
    return [section.order() for section in sections if (section.vehicle or first) == vehicle]


def order_from_mapping(value: object, now_ns: int) -> FaultOrder:
    """
    Read a section; ValueError says what is allowed.

    Without a start it begins at ``now_ns``.
    """
    try:
        return FaultSection.model_validate(value).order(now_ns)
    except ValidationError as error:
        raise ValueError(some_of([str(row['msg']).removeprefix('Value error, ')
                                  for row in error.errors()])) from error


def order_from_text(text: str, now_ns: int) -> FaultOrder:
    """
    Read a fault that comes over the network: an entry's name, or a section as YAML.

    Raises
    ------
    ValueError
        It is neither; the text says what is allowed.

    """
    try:
        _, value = read_yaml(text)
        return order_from_mapping({'fault': value} if isinstance(value, str) else value, now_ns)
    except YamlError as error:
        raise ValueError(f'found {text[:LONGEST_FOUND]!r}, allowed: the name of a fault or YAML '
                         f'with the keys {", ".join(FaultSection.model_fields)}') from error
    except ValueError as error:
        raise ValueError(f'found {text[:LONGEST_FOUND]!r}: {error}') from error

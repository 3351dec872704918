# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""
Goals of a flight: what is wanted, where a flight plan says how.

Distances are metres north and east of the take-off point, as in a flight plan. The mission planner
makes a flight plan of them (:mod:`ingenuity_nodes.mission.planner`).
"""

from __future__ import annotations

from typing import Annotated, Literal

from ingenuity_nodes.guidance.flight_plan import Metres, Seconds
from ingenuity_nodes.yaml_files.explain import RuleError
from ingenuity_nodes.yaml_files.section import Row, Section
from pydantic import Field, model_validator

Range = Annotated[float, Field(ge=0.0, le=1000.0, description='m, horizontal')]
# assumed: beyond the 4208 px of the colour camera nothing is whole.
Pixels = Annotated[float, Field(ge=0.0, le=4208.0, description='px wide')]
# assumed: strips nearer than 1 m see nothing new.
Spacing = Annotated[float, Field(ge=1.0, le=100.0, description='m between strips')]


class Point(Section):
    """A point, relative to where the helicopter takes off."""

    north: Metres
    east: Metres


class Area(Section):
    """An upright rectangle, flown over in strips."""

    south: Metres
    west: Metres
    north: Metres
    east: Metres
    spacing: Spacing = 8.0    # assumed: an image from 5 m is some 11 m wide

    @model_validator(mode='after')
    def _has_an_extent(self) -> Area:
        for low, high in (('south', 'north'), ('west', 'east')):
            if getattr(self, high) <= getattr(self, low):
                raise RuleError(f'found {getattr(self, high):g}, allowed: more than {low}, '
                                f'{getattr(self, low):g}', high)
        return self


class Between(Section):
    """Limits of a distance."""

    at_least: Range = 0.0
    at_most: Range = 1000.0

    @model_validator(mode='after')
    def _is_not_empty(self) -> Between:
        if self.at_most < self.at_least:
            raise RuleError(f'found {self.at_most:g}, allowed: at_least, {self.at_least:g}, '
                            'or more', 'at_most')
        return self


class Scout(Section):
    """Fly over ground and look at it: to a point, along a route, or all over an area."""

    goal: Literal['scout']
    to: Point | None = None
    route: Annotated[Row[Point] | None, Field(min_length=1)] = None
    area: Area | None = None

    @model_validator(mode='after')
    def _is_one_of_three(self) -> Scout:
        given = [name for name in ('to', 'route', 'area') if getattr(self, name) is not None]
        if len(given) != 1:
            raise RuleError(f'found {" and ".join(given) or "nothing to scout"}, allowed: one of '
                            'to, route, area', *given[1:2])
        return self


class Photograph(Section):
    """Take an image of a vehicle or target from the best point of the route."""

    goal: Literal['photograph']
    target: str
    range: Between = Between()    # noqa: A003, RUF100
    size: Pixels = 0.0    # least width of the target in the image
    whole: bool = True    # the target must not be cut by the frame
    # Where the sun is: front, on the side that is seen; side, beside it; any, but not behind it.
    light: Literal['front', 'side', 'any'] = 'any'


class GoTo(Section):
    """Fly to a point."""

    goal: Literal['go_to']
    north: Metres
    east: Metres


class Return(Section):
    """Fly back to the take-off point."""

    goal: Literal['return']


class Hold(Section):
    """Hold position."""

    goal: Literal['hold']
    duration: Annotated[Seconds, Field(gt=0.0)]


Goal = Annotated[Scout | Photograph | GoTo | Return | Hold, Field(discriminator='goal')]


class CruiseSection(Section):
    """How goals are flown; what is left out the planner chooses."""

    # With the limits of a flight plan.
    altitude: Annotated[float | None, Field(
        gt=0.0, le=24.0, description='m above the take-off point')] = None
    speed: Annotated[float | None, Field(gt=0.0, le=10.0, description='m/s over ground')] = None

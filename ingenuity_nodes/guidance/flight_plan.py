# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""
A flight plan in the mission's language: metres north and east of the take-off point, azimuths.

Only here, azimuth (clockwise from north) becomes yaw (counter-clockwise
from east). The same models check a scenario file and a plan that comes over the network.
"""

from __future__ import annotations

from typing import Annotated, Literal

from ingenuity_nodes.frames import yaw_from_azimuth
from ingenuity_nodes.yaml_files.explain import explain, RuleError
from ingenuity_nodes.yaml_files.reader import read_yaml, some_of
from ingenuity_nodes.yaml_files.section import Row, Section
from pydantic import Field, model_validator, Strict, ValidationError
import yaml


Azimuth = Annotated[float, Field(
    ge=0.0, lt=360.0, description='deg, clockwise from north')]
# 24 m is the record of flight 61.
Altitude = Annotated[float, Field(
    gt=0.0, le=24.0, description='m above the take-off point, or above the ground below')]
# What an altitude is counted from.
Above = Literal['start', 'ground']
# 10 m/s is the record of flight 62.
Speed = Annotated[float, Field(gt=0.0, le=10.0, description='m/s over ground')]
# assumed: twice the 1 m/s that was flown.
VerticalSpeed = Annotated[float, Field(gt=0.0, le=2.0, description='m/s')]
# assumed: three times the 0.64 m/s^2 seen in NASA's tracks of flights 7 to 12.
Acceleration = Annotated[float, Field(gt=0.0, le=2.0, description='m/s^2')]
# assumed: well beyond any flight; the longest went 705 m.
Metres = Annotated[float, Field(
    ge=-2000.0, le=2000.0, description='m from the take-off point')]
TurnRate = Annotated[float, Field(gt=0.0, le=90.0, description='deg/s')]
MOST_NAMED = 10    # targets, in the text of a refusal
# The longest flight took 169.5 s.
Seconds = Annotated[float, Field(ge=0.0, le=200.0, description='s')]


class Climb(Section):
    """Lift off (when on the ground) and rise straight to an altitude."""

    segment: Literal['climb']
    altitude: Altitude
    above: Above = 'start'
    speed: VerticalSpeed = 1.0


class Hover(Section):
    """Hold position and heading."""

    segment: Literal['hover']
    duration: Annotated[Seconds, Field(gt=0.0)]


class Translate(Section):
    """
    Fly a straight line, climb and turn on the way where asked for.

    With ``stop: false`` it passes its end on the way to the next translation. With
    ``above: ground`` it follows the ground below, as the altimeter sees it.
    """

    segment: Literal['translate']
    north: Metres
    east: Metres
    speed: Speed
    acceleration: Acceleration = 0.33    # measured in NASA's tracks of flights 3 to 5
    stop: bool = True
    altitude: Altitude | None = None    # as before
    above: Above = 'start'
    climb_speed: VerticalSpeed = 1.0
    azimuth: Azimuth | None = None      # as before
    rate: TurnRate = 20.0

    @property
    def yaw(self) -> float | None:
        """Return the yaw to reach, counter-clockwise from east [rad], None: as before."""
        return None if self.azimuth is None else yaw_from_azimuth(self.azimuth)


class Turn(Section):
    """Turn on the spot, in the shorter direction, to an azimuth."""

    segment: Literal['turn']
    azimuth: Azimuth
    rate: TurnRate = 20.0    # assumed: about 96 deg in 5 s in flight 1

    @property
    def yaw(self) -> float:
        """Return the yaw to reach, counter-clockwise from east [rad]."""
        return yaw_from_azimuth(self.azimuth)


class TakePhoto(Section):
    """Turn the colour camera to a target, then take its image at the best instant of a hover."""

    segment: Literal['photo']
    target: str
    duration: Annotated[Seconds, Field(ge=0.5)] = 5.0    # assumed: two oscillations in gusts
    rate: TurnRate = 20.0


class Lean(Section):
    """
    Take an image of a target while accelerating away from it, which lifts the camera's side.

    The mission chooses acceleration and heading by the wind of the day where they are not given.
    The next translation goes on from this motion.
    """

    segment: Literal['lean']
    target: str
    duration: Annotated[Seconds, Field(ge=0.5)] = 2.0    # assumed: an oscillation in gusts
    # Wanted position in the frame, 0..1 right and down.
    centre: Annotated[tuple[float, float], Strict(False)] = (0.055, 0.05)
    minimum_distance: Annotated[float, Field(
        ge=0.0, le=1000.0, description='m, horizontal')] = 0.0
    acceleration: Annotated[float, Field(
        ge=-2.0, le=2.0, description='m/s^2, away from the target')] | None = None
    azimuth: Azimuth | None = None    # of the nose


class External(Section):
    """Follow offboard setpoints (``cmd_velocity``, ``cmd_trajectory``); hover without any."""

    segment: Literal['external']
    duration: Annotated[Seconds, Field(gt=0.0)]


class Land(Section):
    """Descend until touchdown is detected, then stop the rotors."""

    segment: Literal['land']
    speed: VerticalSpeed = 1.0


Segment = Annotated[
    Climb | Hover | Translate | Turn | TakePhoto | Lean | External | Land,
    Field(discriminator='segment')]


class Target(Section):
    """Something to photograph, as the mission knows it."""

    name: str
    # East, north, up in the map frame [m].
    position: Annotated[tuple[float, float, float], Strict(False)]
    azimuth: Azimuth    # of its nose


class PhotoRequest(Section):
    """Take one image of a target at the best instant of a window."""

    camera: Literal['rte'] = 'rte'
    target: str
    after: Seconds      # since lift-off
    before: Seconds     # since lift-off
    # Wanted position in the frame, 0..1 right and down.
    centre: Annotated[tuple[float, float], Strict(False)] = (0.06, 0.035)
    minimum_distance: Annotated[float, Field(
        ge=0.0, le=1000.0, description='m, horizontal')] = 0.0

    @model_validator(mode='after')
    def _window_is_open(self) -> PhotoRequest:
        if self.before <= self.after:
            raise RuleError(f'window closes at {self.before:g} s, allowed: later than it opens, '
                            f'at {self.after:g} s', 'before')
        return self


class FlightPlan(Section):
    """Everything the helicopter must know before it may fly."""

    azimuth: Azimuth    # of the nose at take-off
    rotor_speed_rpm: Annotated[float, Field(
        ge=2000.0, le=2900.0, description='rpm')] = 2537.0    # flights 1 to 13
    segments: Annotated[Row[Segment], Field(min_length=2)]
    photos: Row[PhotoRequest] = ()
    targets: Row[Target] = ()

    @property
    def yaw(self) -> float:
        """Return the yaw at take-off, counter-clockwise from east [rad]."""
        return yaw_from_azimuth(self.azimuth)

    @model_validator(mode='after')
    def _starts_up_and_ends_down(self) -> FlightPlan:
        kinds = [segment.segment for segment in self.segments]
        if kinds[0] != 'climb':
            raise RuleError(f"first segment is '{kinds[0]}', allowed: 'climb'", 'segments', 0)
        if kinds[-1] != 'land':
            raise RuleError(f"last segment is '{kinds[-1]}', allowed: 'land'",
                            'segments', len(kinds) - 1)
        if 'land' in kinds[:-1]:
            raise RuleError("'land' before the end, allowed: only as the last segment",
                            'segments', kinds.index('land'))
        for k, (segment, kind) in enumerate(zip(self.segments, kinds[1:], strict=False)):
            if isinstance(segment, Translate) and not segment.stop and kind != 'translate':
                raise RuleError(f"false before '{kind}', allowed: before 'translate'",
                                'segments', k, 'stop')
            if isinstance(segment, Lean) and kind != 'translate':
                raise RuleError(f"'lean' before '{kind}', allowed: before 'translate'",
                                'segments', k)
        return self

    @model_validator(mode='after')
    def _targets_have_names_of_their_own(self) -> FlightPlan:
        names = [target.name for target in self.targets]
        for k, name in enumerate(names):
            if name in names[:k]:
                raise RuleError(f"found '{name[:40]}' twice, allowed: once",
                                'targets', k, 'name')
        return self

    @property
    def photographed(self) -> tuple[str, ...]:
        """Return the target of each photo that the plan asks for."""
        return (*(photo.target for photo in self.photos),
                *(s.target for s in self.segments if isinstance(s, TakePhoto | Lean)))

    def target(self, name: str) -> Target:
        """
        Look up a target.

        Raises
        ------
        KeyError
            The plan does not describe a target of this name.

        """
        for target in self.targets:
            if target.name == name:
                return target
        raise KeyError(f"no target '{name}'; known: {[target.name for target in self.targets]}")

    def unknown_targets(self) -> list[tuple[str, int, str]]:
        """
        List what asks for a photo of a target that the plan does not describe.

        Returns
        -------
        where, number, name
            ``segments`` or ``photos``, which of them, and whom it wants to see.

        """
        known = {target.name for target in self.targets}
        wanted = [('segments', k, segment.target) for k, segment in enumerate(self.segments)
                  if isinstance(segment, TakePhoto | Lean)]
        wanted += [('photos', k, photo.target) for k, photo in enumerate(self.photos)]
        return [row for row in wanted if row[2] not in known]


def plan_to_yaml(plan: FlightPlan) -> str:
    """Write a plan as text for the network and the bag."""
    return str(yaml.safe_dump(plan.model_dump(mode='json'), sort_keys=False))


def plan_from_yaml(text: str) -> FlightPlan:
    """
    Read a plan from text, as a helicopter flies it: it describes whom it photographs.

    Raises
    ------
    ValueError
        The text is not YAML, not a valid plan, or wants to see a target that it does not
        describe; the message names each key.

    """
    try:
        plan = FlightPlan.model_validate(read_yaml(text)[1])
    except ValidationError as error:
        rows = explain(FlightPlan, error)
        raise ValueError('plan: ' + some_of([
            f'{".".join(map(str, key)) or "all"}: {message}'
            for key, message in rows])) from error
    known = ', '.join(target.name[:40] for target in plan.targets[:MOST_NAMED])
    if unknown := plan.unknown_targets():
        raise ValueError('plan: ' + some_of([
            f"{kind}.{k}.target: found '{name[:40]}', allowed: "
            f'{known or "none, as the plan has no targets"}' for kind, k, name in unknown]))
    return plan


def waypoints(plan: FlightPlan) -> list[tuple[float, float, float]]:
    """List the corners of the planned path: east, north, up of the take-off point [m]."""
    here = (0.0, 0.0, 0.0)
    path = [here]
    for segment in plan.segments:
        if isinstance(segment, Climb):
            here = (here[0], here[1], segment.altitude)
        elif isinstance(segment, Translate):
            up = here[2] if segment.altitude is None else segment.altitude
            here = (segment.east, segment.north, up)
        elif isinstance(segment, Land):
            here = (here[0], here[1], 0.0)
        if here != path[-1]:
            path.append(here)
    return path

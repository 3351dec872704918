# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""
What the stages hand to each other: the contract of the whole program.

World ``M`` is the map frame (east, north, up; origin on the ground at the helipad),
``B`` a vehicle's body (forward, left, up), ``I`` the inertial sensor, ``C`` a camera's
optical frame (right, down, forward). See :mod:`ingenuity_nodes.frames` for the letters.
Values are frozen; arrays inside are never written to after they are handed over. Those made in
each step or tick are named tuples, as a frozen dataclass takes five times as long to make.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, NamedTuple, TypeVar

from ingenuity_nodes.compiled.entry import floats
from ingenuity_nodes.frames import QuatWxyz, Vector3
import numpy as np
from numpy.typing import NDArray


V = TypeVar('V')
NOTHING: Mapping[str, Sequence[Any]] = MappingProxyType({})    # no sender sent anything


def all_of(received: Mapping[str, Sequence[V]]) -> tuple[V, ...]:
    """Return what arrived of all senders, one sender after the other."""
    return tuple(value for values in received.values() for value in values)


@dataclass(frozen=True)
class Air:
    """The still air at one point and time."""

    density: float         # [kg/m^3]
    temperature: float     # [K]
    pressure: float        # [Pa]
    speed_of_sound: float  # [m/s]


class RotorCommand(NamedTuple):
    """Blade angles and rotor speed that the flight computer asks for; upper rotor first."""

    collective: tuple[float, float]            # blade angle at 0.75 R [rad]
    cyclic_longitudinal: tuple[float, float]   # asks for a pitching moment, + nose down [rad]
    cyclic_lateral: tuple[float, float]        # asks for a rolling moment, + right down [rad]
    rotor_speed: float                         # of both rotors [rad/s], 0 stops them


class Truth(NamedTuple):
    """What really happens to a helicopter; for cameras, sensors, ground truth and tests only."""

    t_ns: int
    p_MB: Vector3      # [m]
    v_MB: Vector3      # [m/s]
    q_MB: QuatWxyz
    w_MB_B: Vector3    # angular rate [rad/s]
    a_MB: Vector3      # acceleration, gravity included [m/s^2]
    alpha_MB_B: Vector3  # angular acceleration [rad/s^2]

    def checked(self) -> Truth:
        """
        Return it in the form that kernels take.

        Raises
        ------
        TypeError
            It holds something else than vectors of numbers.

        """
        return Truth(self.t_ns, *(
            floats(name, getattr(self, name), (4,) if name == 'q_MB' else (3,))
            for name in self._fields[1:]))


class VehicleStatus(NamedTuple):
    """What the aircraft can measure of its actuators and power train, and what broke."""

    t_ns: int
    rotor_speed: tuple[float, float]    # upper, lower [rad/s]
    rotor_angle: tuple[float, float]    # upper, lower [rad]
    collective: tuple[float, float]     # reached blade angle, upper, lower [rad]
    thrust: tuple[float, float]         # upper, lower [N]
    force_B: Vector3                    # aerodynamic force on the aircraft [N]
    moment_B: Vector3                   # aerodynamic moment about the mass centre [N m]
    rotor_power: float                  # aerodynamic power of both rotors [W]
    electrical_power: float             # drawn from the battery [W]
    battery_voltage: float              # [V]
    battery_current: float              # [A], positive when discharging
    battery_charge: float               # state of charge, 0..1
    battery_temperature: float          # [K]
    motor_temperature: float            # of the hotter motor [K]
    energy_used_wh: float               # since power-on [Wh]
    feet_on_ground: int                 # 0..4
    failure: str                        # '' or the named outcome, as 'blade strike'
    refused: str = ''                   # why the last command was not taken
    warning: str = ''                   # limits that are exceeded now, as 'vortex ring'


class ImuSample(NamedTuple):
    """What the inertial sensor reports, in its own frame."""

    t_ns: int
    f_I: Vector3       # specific force [m/s^2]: at rest it points up (REP 145)
    w_MI_I: Vector3    # angular rate [rad/s]


@dataclass(frozen=True)
class AltimeterSample:
    """Distance along the laser beam."""

    t_ns: int
    distance: float    # [m]; REP 117: +inf nothing seen, -inf too close


@dataclass(frozen=True)
class InclinometerSample:
    """Roll and pitch of the resting aircraft, fixed-axis, body axes."""

    t_ns: int
    roll: float        # [rad]
    pitch: float       # [rad]


@dataclass(frozen=True)
class FeatureFrame:
    """Corners tracked in one navigation image."""

    t_ns: int                       # instant of exposure
    ids: NDArray[np.int64]          # shape (n,), a number keeps its point as long as it is seen
    uv: NDArray[np.float64]         # shape (n, 2), pixel centre coordinates (u right, v down)
    ages: NDArray[np.int64]         # shape (n,), frames since first seen


class Estimate(NamedTuple):
    """Where the flight computer believes it is."""

    t_ns: int
    p_MB: Vector3
    v_MB: Vector3
    q_MB: QuatWxyz
    w_MB_B: Vector3                 # rate, gyro bias removed
    gyro_bias: Vector3              # [rad/s]
    accel_bias: Vector3             # [m/s^2]
    height: float                   # above the ground, from the altimeter [m]
    covariance: NDArray[np.float64]  # (15, 15): p, v, attitude, gyro bias, accelerometer bias
    feature_count: int              # used in the last update
    innovation: float               # squared and normalised, per degree of freedom


class Setpoint(NamedTuple):
    """What guidance wants of control at this step."""

    t_ns: int
    p_ref: Vector3
    v_ref: Vector3
    a_ref: Vector3
    yaw_ref: float        # counter-clockwise from east [rad]
    yaw_rate_ref: float   # [rad/s]
    rotor_speed: float    # [rad/s]
    mode: str             # one of guidance.mode.Mode values
    airborne: bool        # False: hold the blades at ``collective`` and damp rates only
    collective: float     # used while not airborne [rad]


@dataclass(frozen=True)
class VelocityCommand:
    """Offboard setpoint: fly at this velocity until another comes."""

    v_M: Vector3          # [m/s]
    yaw_rate: float       # counter-clockwise [rad/s]


@dataclass(frozen=True)
class TrajectoryCommand:
    """Offboard setpoint: be at these positions at these times, straight between them."""

    times: tuple[float, ...]      # since the command [s], increasing
    p_M: tuple[Vector3, ...]      # [m]
    yaw: tuple[float, ...]        # counter-clockwise from east [rad]


@dataclass(frozen=True)
class ModeChange:
    """The flight computer entered a mode, and why."""

    t_ns: int
    mode: str
    reason: str


@dataclass(frozen=True)
class HealthReport:
    """What the flight computer finds wrong with sensors and actuators; '' is nothing."""

    unfit: str              # forbids a take-off
    degraded: str           # what it flies without
    land_now: str           # demands a landing at once
    height_trusted: bool    # the altimeter may be believed


@dataclass(frozen=True)
class FaultOrder:
    """A fault to come: an entry of the catalogue, when, how large, for how long."""

    fault: str
    start_ns: int               # on the clock, or since lift-off
    since_lift_off: bool
    duration_ns: int | None     # None: it stays
    magnitude: float            # in the unit of the entry
    location: str               # axis, servo or rotor, '' where there is but one


@dataclass(frozen=True)
class FaultChange:
    """A fault began or ended; nothing of this reaches the flight computer."""

    t_ns: int
    fault: str
    active: bool
    text: str                   # for people: magnitude, unit, location


@dataclass(frozen=True)
class Exposure:
    """The shutter of one camera opened."""

    t_ns: int
    camera: str           # 'navcam', 'rte', 'mastcam'
    p_MB: Vector3         # true pose of the carrier at the exposure
    q_MB: QuatWxyz
    v_MB: Vector3
    w_MB_B: Vector3


@dataclass(frozen=True)
class ImageOrder:
    """A rover's mast camera is to take images of a helicopter, a position, or its own deck."""

    target: str                      # name of a helicopter, or 'deck'; '' with a position
    position: tuple[float, float, float] | None = None    # in M [m]
    start_ns: int = 0
    when_flying: bool = False        # not before the helicopter has taken off
    period_ns: int = 1_000_000_000   # between two images
    count: int = 1


@dataclass(frozen=True)
class Photo:
    """A finished colour image as its camera hands it over."""

    t_ns: int             # instant of exposure
    jpeg: bytes
    width: int
    height: int


@dataclass(frozen=True)
class RadioPacket:
    """One frame on the link between helicopter and base station."""

    t_ns: int             # sent at
    kind: str             # 'data', 'acknowledge', 'telemetry', 'beacon'
    name: str             # of the file it belongs to; telemetry: of the base station it is for
    index: int
    count: int
    payload: bytes
    sender: str = ''      # name of the vehicle
    digest: bytes = b''   # SHA-256 of the whole file, 32 bytes; b'' in telemetry and beacon


@dataclass(frozen=True)
class Receipt:
    """A file arrived whole at the base station."""

    sender: str
    name: str
    sha256: str


@dataclass(frozen=True)
class Go:
    """Mission control says: fly the plan."""


@dataclass(frozen=True)
class Retarget:
    """Another target, or another time, for a photo of a plan that is not yet taken."""

    photo: str                              # target of the photo as planned
    target: str                             # name of what it shall show instead
    position: tuple[float, float, float]    # of that: east, north, up in M [m]
    azimuth: float                          # of its nose, clockwise from north [deg]
    window: tuple[float, float] | None = None    # since lift-off [s]; None: as planned


@dataclass(frozen=True)
class FlightOrder:
    """What mission control orders of a helicopter that has a plan."""

    kind: str     # 'hold', 'resume', 'return', 'land', 'abort', 'retarget'
    reason: str   # for people
    retarget: Retarget | None = None    # of a 'retarget'


@dataclass(frozen=True)
class RoverPath:
    """Where a rover is to drive, straight from point to point; none: stop."""

    points: tuple[tuple[float, float], ...]    # east, north [m]
    reason: str                                # for people: why this way


@dataclass(frozen=True)
class RoverReport:
    """What a rover reports of its drive."""

    t_ns: int
    position: tuple[float, float]    # where it believes to be: east, north [m]
    phase: str                       # 'parked', 'driving', 'arrived', 'stopped', 'refused'
    reason: str                      # why it stopped or refused a path, '' else


@dataclass(frozen=True)
class NavigationImage:
    """An image of a navigation camera, for who maps the ground."""

    vehicle: str
    t_ns: int                        # instant of exposure
    grey: NDArray[np.uint8]          # (height, width)


@dataclass(frozen=True)
class HazardMap:
    """The ground as seen from the air; row 0 is southernmost, column 0 westernmost."""

    t_ns: int
    west: float                      # outer edge of column 0, east in the map [m]
    south: float                     # outer edge of row 0, north in the map [m]
    cell: float                      # [m]
    height: NDArray[np.float32]      # (rows, columns) above the map's origin [m], NaN: unknown
    sigma: NDArray[np.float32]       # (rows, columns) of the height [m]
    hazard: NDArray[np.uint8]        # (rows, columns) FREE, HAZARD or UNKNOWN


FREE, HAZARD, UNKNOWN = 0, 100, 255    # of a cell of a HazardMap; those of OccupancyGrid as uint8

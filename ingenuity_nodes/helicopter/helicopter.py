# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""
One helicopter: aircraft and flight computer, stepped together at 500 Hz.

This is what runs inside the ``helicopter`` node, the batch and the tests alike.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Mapping, Sequence
import math
from typing import NamedTuple

from ingenuity_nodes.cameras.model import CameraModel, navcam, rte
from ingenuity_nodes.frames import Vector3, yaw_from_azimuth
from ingenuity_nodes.guidance.flight_plan import Climb, FlightPlan, Land, Translate, Turn
from ingenuity_nodes.guidance.mode import Mode
from ingenuity_nodes.helicopter.aircraft import Aircraft
from ingenuity_nodes.helicopter.flight_computer import FlightComputer, ImagesDue
from ingenuity_nodes.navigation.inputs import NavigationInput, PowerOn
from ingenuity_nodes.navigation.simulated_tracker import SimulatedTracker
from ingenuity_nodes.parameters import with_overrides
from ingenuity_nodes.scenario.helicopter_parameters import HelicopterParameters
from ingenuity_nodes.scenario.sections import HelicopterSection
from ingenuity_nodes.signals import (
    all_of, AltimeterSample, Estimate, Exposure, FaultChange, FaultOrder, FeatureFrame,
    FlightOrder, Go, ImuSample, ModeChange, NOTHING, Photo, RadioPacket, RotorCommand, Setpoint,
    TrajectoryCommand, Truth, VehicleStatus, VelocityCommand)
from ingenuity_nodes.timing import Every, SECOND_NS, STEP_NS, TICK_NS
from ingenuity_nodes.world.environment import Environment
from ingenuity_nodes.world.seeds import seed_of
from ingenuity_nodes.world.terrain import Terrain
import numpy as np

HOP = (Climb(segment='climb', altitude=1.6), Turn(segment='turn', azimuth=0.0, rate=90.0),
       Translate(segment='translate', north=0.3, east=0.3, speed=1.0), Land(segment='land'))
HOP_TICKS = 3000    # it takes about 20 s
POSITION_PERIOD_NS = SECOND_NS // 5    # assumed: at 5 m/s a metre


class HelicopterInputs(NamedTuple):
    """What reached one helicopter since its last tick."""

    plans: Mapping[str, Sequence[FlightPlan]] = NOTHING    # by sender, as all that is wired
    go: Mapping[str, Sequence[Go]] = NOTHING
    packets: Mapping[str, Sequence[RadioPacket]] = NOTHING
    features: tuple[FeatureFrame, ...] = ()
    photos: tuple[Photo, ...] = ()
    abort: str = ''
    faults: tuple[FaultOrder, ...] = ()
    setpoints: tuple[VelocityCommand | TrajectoryCommand, ...] = ()
    orders: Mapping[str, Sequence[FlightOrder]] = NOTHING


class HelicopterOutputs(NamedTuple):
    """
    What one tick brought forth.

    Truth and status are those at its end. Inertial sample and estimate are those of the instant
    at which it began: what the flight computer made of the truth of the tick before.
    """

    truth: Truth
    status: VehicleStatus
    imu: ImuSample      # of the upper inertial sensor
    imu_2: ImuSample    # of the lower one
    altimeter: AltimeterSample
    estimate: Estimate
    setpoint: Setpoint
    command: RotorCommand
    modes: tuple[ModeChange, ...]
    exposures: tuple[Exposure, ...]
    packets: tuple[RadioPacket, ...]
    faults: tuple[FaultChange, ...]
    ignored: str    # why an offboard setpoint was not followed, '' if all were
    altitudes: tuple[AltimeterSample, ...] = ()    # measured in this tick
    handed: tuple[NavigationInput, ...] = ()       # to navigation, step by step

    @property
    def truths(self) -> tuple[Truth, ...]:
        """Return the truth as what is sent to those who may know it."""
        return (self.truth,)

    @property
    def estimates(self) -> tuple[Estimate, ...]:
        """Return the estimate as what is sent to those who may know it."""
        return (self.estimate,)

    @property
    def positions(self) -> tuple[Estimate, ...]:
        """Return the estimate as what mission control gets of it, five times a second."""
        return (self.estimate,) if self.truth.t_ns % POSITION_PERIOD_NS == 0 else ()

    @property
    def shutters(self) -> tuple[int, ...]:
        """Return when the navigation camera exposed, without the truth that goes with it."""
        return tuple(exposure.t_ns for exposure in self.exposures if exposure.camera == 'navcam')


class Helicopter:
    """Aircraft and flight computer, stepped in turn; what passes between them is seen here."""

    def __init__(
        self, section: HelicopterSection, environment: Environment, seed: int,
        parameters: HelicopterParameters | None = None, faults: Iterable[FaultOrder] = (),
    ) -> None:
        p = parameters or with_overrides(HelicopterParameters(), section.overrides)
        self.name, self.parameters = section.name, p
        self.navcam: CameraModel = navcam()
        self.rte: CameraModel = rte(p.computer.rte_mounting_error)
        seed = seed_of(seed, section.name)
        self._aircraft = Aircraft(section, environment, seed, p)
        self._simulated_tracker = SimulatedTracker(self.navcam, environment.terrain, seed)
        self._computer = FlightComputer(p, self.navcam, environment.air, section.name)
        self._altimeter_due = Every(p.computer.altimeter_rate)
        self._latency_ns = round(p.computer.feature_latency * SECOND_NS)
        self._waiting_features: deque[FeatureFrame] = deque()
        self._from_images = section.features == 'images'
        self._shutters: list[int] = []        # when the colour camera is to open
        self._exposures: list[Exposure] = []
        self._altitudes: list[AltimeterSample] = []
        self._aircraft.inject(faults)
        truth = self._aircraft.truth
        self._faults = self._aircraft.advance_faults(truth.t_ns, None)
        self._altitude = self._aircraft.altitude() or AltimeterSample(truth.t_ns, math.inf)
        felt = self._aircraft.inclination() or self._aircraft.inertial()[0]
        self._computer.power_on(
            truth.t_ns, felt, yaw_from_azimuth(section.azimuth),
            planned_position(section, environment.terrain, p.navigation.origin_height))

    @property
    def lift_off_ns(self) -> int | None:
        """When the flight computer saw the ground go, None before."""
        return self._computer.lift_off_ns

    @property
    def started(self) -> PowerOn:
        """Return what navigation was initialised with."""
        assert self._computer.started is not None    # at power-on, in the constructor
        return self._computer.started

    def images_due(self, t_ns: int) -> ImagesDue:
        """Name the exposures whose features or photos the tick that ends at ``t_ns`` needs."""
        return self._computer.images_due(t_ns)

    # One tick of 10 ms --------------------------------------------------------------------

    def tick(self, t_ns: int, inputs: HelicopterInputs) -> HelicopterOutputs:
        """Take in what arrived and step to ``t_ns``; the result depends on nothing else."""
        aircraft, computer = self._aircraft, self._computer
        self._take(t_ns - TICK_NS, inputs)
        self._exposures, self._altitudes = [], []
        computer.begin_tick(t_ns - TICK_NS, aircraft.status)
        imu, imu_2 = self._step(t_ns - TICK_NS + STEP_NS, decide=True)
        estimate = computer.estimate
        for step_ns in range(t_ns - TICK_NS + 2 * STEP_NS, t_ns + STEP_NS, STEP_NS):
            self._step(step_ns)
        faults, self._faults = tuple(self._faults), []
        assert estimate is not None and computer.setpoint is not None
        return HelicopterOutputs(
            truth=aircraft.truth, status=aircraft.status, imu=imu, imu_2=imu_2,
            altimeter=self._altitude, estimate=estimate, setpoint=computer.setpoint,
            command=computer.command, modes=tuple(computer.take_changes()),
            exposures=tuple(self._exposures),
            packets=tuple(aircraft.sent(t_ns, computer.transmit(t_ns))), faults=faults,
            ignored=computer.ignored, altitudes=tuple(self._altitudes),
            handed=tuple(computer.handed))

    def _take(self, t_ns: int, inputs: HelicopterInputs) -> None:
        computer = self._computer
        for plan in all_of(inputs.plans)[-1:]:
            computer.load(plan, t_ns)
        if inputs.go:
            computer.go(t_ns)
        if inputs.abort:
            computer.abort(t_ns, inputs.abort)
        for order in all_of(inputs.orders):
            computer.order(t_ns, order)
        computer.steer(t_ns, inputs.setpoints)
        if self._from_images:
            self._waiting_features.extend(inputs.features)
        computer.store(inputs.photos)
        computer.receive(self._aircraft.received(t_ns, all_of(inputs.packets)))
        self._aircraft.inject(inputs.faults)

    def _step(self, t_ns: int, decide: bool = False) -> tuple[ImuSample, ImuSample]:
        """
        Step the whole data flow: sensors, navigation, guidance, control, vehicle.

        All at 500 Hz, but guidance, which decides at the first step of each tick.
        """
        aircraft, computer = self._aircraft, self._computer
        if aircraft.ever_faulty:
            self._faults += aircraft.advance_faults(t_ns, computer.lift_off_ns)
        both, altitude = aircraft.inertial(), None
        if self._altimeter_due.due(t_ns):
            altitude = aircraft.altitude()
            self._altitude = altitude or self._altitude
            self._altitudes += [altitude] if altitude else []
        computer.read(t_ns, both, altitude)
        command = computer.step(self._features_by(t_ns), decide=decide)
        truth = aircraft.step(t_ns, command, self.parameters.computer.avionics_power)
        self._expose(t_ns, truth, decide)
        return both

    def _features_by(self, t_ns: int) -> FeatureFrame | None:
        """Hand out features when the navigation computer would have them ready."""
        waiting, frame = self._waiting_features, None
        if not waiting and not self._aircraft.ever_faulty:
            return None
        if waiting and waiting[0].t_ns + self._latency_ns <= t_ns:
            frame = waiting.popleft()
        frame = self._aircraft.features(t_ns, frame)
        if frame is not None:
            frame = self._computer.associate(frame)
        return None if frame is None else self._aircraft.stamp(frame)

    def _expose(self, t_ns: int, truth: Truth, decide: bool) -> None:
        """Open the shutters that are due; truth goes to the cameras, not to the computer."""
        if self._computer.opens_navcam(t_ns):
            exposure = _exposure('navcam', truth)
            self._exposures.append(exposure)
            if not self._from_images:
                self._waiting_features.append(self._simulated_tracker.observe(exposure))
        if decide and self._computer.asks_for_photo():
            late = self._aircraft.shutter_delay()
            self._shutters += [] if late is None else [t_ns + late]
        while self._shutters and self._shutters[0] <= t_ns:
            self._shutters.pop(0)
            self._exposures.append(_exposure('rte', truth))
            self._computer.photo_taken(t_ns)


def planned_position(
    section: HelicopterSection, terrain: Terrain, origin_height: float,
) -> Vector3:
    """
    Return where the plan has the body's origin stand before take-off, in M [m].

    East and north are those of the scenario, up is that of the site's map; how it really settled
    on its legs the flight computer is not told.
    """
    east, north = section.position
    return np.array([east, north, terrain.height(east, north) + origin_height])


def _exposure(camera: str, truth: Truth) -> Exposure:
    return Exposure(truth.t_ns, camera, truth.p_MB, truth.q_MB, truth.v_MB, truth.w_MB_B)


def hop(
    section: HelicopterSection, environment: Environment, parameters: HelicopterParameters,
) -> None:
    """Let stages of a user's own compile what they may: a twin flies a hop with them."""
    if parameters.stages == HelicopterParameters().stages:
        return    # ours compile when they are made
    from_geometry = section.model_copy(update={'features': 'geometry'})
    twin = Helicopter(from_geometry, environment, 0, parameters)
    own = section.flight_plan or FlightPlan(azimuth=section.azimuth, segments=HOP)
    plan = own.model_copy(update={'segments': HOP, 'photos': ()})
    twin.tick(TICK_NS, HelicopterInputs(plans={'': (plan,)}))
    twin.tick(2 * TICK_NS, HelicopterInputs())
    twin.tick(3 * TICK_NS, HelicopterInputs(go={'': (Go(),)}))
    for tick in range(4, HOP_TICKS):
        outputs = twin.tick(tick * TICK_NS, HelicopterInputs())
        if outputs.setpoint.mode == Mode.TOUCHDOWN.value:
            return

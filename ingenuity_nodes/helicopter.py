# Copyright 2026 Ingenuity contributors
#
# Licensed under the Apache License, Version 2.0 (the "License");
# you may not use this file except in compliance with the License.
# You may obtain a copy of the License at
#
#     http://www.apache.org/licenses/LICENSE-2.0
#
# Unless required by applicable law or agreed to in writing, software
# distributed under the License is distributed on an "AS IS" BASIS,
# WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
# See the License for the specific language governing permissions and
# limitations under the License.
"""
One helicopter: vehicle, sensors and flight computer, stepped together at 500 Hz.

This is what runs inside the ``helicopter`` node, the batch and the tests alike.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
import math
from typing import NamedTuple

from ingenuity_nodes.aircraft import Aircraft
from ingenuity_nodes.cameras.model import CameraModel, navcam, rte
from ingenuity_nodes.frames import yaw_from_azimuth
from ingenuity_nodes.guidance.flight_plan import Climb, FlightPlan, Land, Translate, Turn
from ingenuity_nodes.guidance.health import Health, RATE_HZ
from ingenuity_nodes.guidance.inertial_watch import InertialWatch
from ingenuity_nodes.guidance.mode import Mode
from ingenuity_nodes.guidance.photo_trigger import PhotoTrigger
from ingenuity_nodes.helicopter_parameters import HelicopterParameters
from ingenuity_nodes.navigation.landmarks import Landmarks
from ingenuity_nodes.navigation.pairing import Pairing
from ingenuity_nodes.parameters import with_overrides
from ingenuity_nodes.rover.radio import FileSender, photo_name
from ingenuity_nodes.scenario import HelicopterSection
from ingenuity_nodes.sensors.inclinometer import tilt_felt
from ingenuity_nodes.signals import (
    AltimeterSample, Estimate, Exposure, FaultChange, FaultOrder, FeatureFrame, ImuSample,
    InclinometerSample, ModeChange, Photo,
    RadioPacket, RotorCommand, Setpoint, TrajectoryCommand, Truth, VehicleStatus,
    VelocityCommand)
from ingenuity_nodes.stages import Control, Guidance, Navigation, stage_class
from ingenuity_nodes.timing import Every, SECOND_NS, STEP_NS, TICK_NS
from ingenuity_nodes.world.environment import Environment
import numpy as np

HOP = (Climb(segment='climb', altitude=1.6), Turn(segment='turn', azimuth=0.0, rate=90.0),
       Translate(segment='translate', north=0.3, east=0.3, speed=1.0), Land(segment='land'))
UNKNOWN = np.full(3, math.nan)
HOP_TICKS = 3000    # it takes about 20 s
STILL = RotorCommand((0.0, 0.0), (0.0, 0.0), (0.0, 0.0), 0.0)


class HelicopterInputs(NamedTuple):
    """What reached one helicopter since its last tick."""

    plan: FlightPlan | None = None
    go: bool = False
    abort: str = ''
    features: tuple[FeatureFrame, ...] = ()
    photos: tuple[Photo, ...] = ()
    packets: tuple[RadioPacket, ...] = ()
    faults: tuple[FaultOrder, ...] = ()
    setpoints: tuple[VelocityCommand | TrajectoryCommand, ...] = ()


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
    ignored: str    # why a setpoint from outside was not followed, '' if all were


class PicturesDue(NamedTuple):
    """Instants of exposure whose pictures must have been looked at by the end of a tick."""

    features: tuple[int, ...]
    photos: tuple[int, ...]


class Helicopter:
    """Steps sensors, navigation, guidance, control and vehicle in this order."""

    def __init__(
        self, section: HelicopterSection, environment: Environment, seed: int,
        parameters: HelicopterParameters | None = None, faults: Iterable[FaultOrder] = (),
    ) -> None:
        p = parameters or with_overrides(HelicopterParameters(), section.overrides)
        self.name, self.parameters = section.name, p
        self.navcam: CameraModel = navcam()
        self.rte: CameraModel = rte(p.computer.rte_mounting_error)
        seed += 1000 * sum(section.name.encode())    # another helicopter, other noise
        self._aircraft = Aircraft(section, environment, seed, p)
        self._landmarks = Landmarks(self.navcam, environment.terrain, seed)
        self._navigation: Navigation = stage_class('navigation', p.stages.navigation)(
            p.navigation, self.navcam, p.imu, p.altimeter)
        self._guidance: Guidance = stage_class('guidance', p.stages.guidance)(p.guidance)
        self._control: Control = stage_class('control', p.stages.control)(
            p.control, p.vehicle, environment.air)
        software, rest = p.computer.software, p.navigation.origin_height + p.altimeter.position[2]
        self._inertial_watch = InertialWatch(p.inertial, p.imu, p.imu_2)
        self._health = Health(p.health, software, rest, self._inertial_watch)
        self._pairing = Pairing(p.pairing, software)
        self._photo_trigger = PhotoTrigger(rte())    # its own model: it knows no mounting error
        self._sender = FileSender(p.radio)
        self._exposed: list[int] = []         # navigation pictures still at vision
        self._undelivered: list[int] = []     # photos still in their camera
        self._shutters: list[int] = []        # when the colour camera is to open
        self._altimeter_due = Every(p.computer.altimeter_rate)
        self._health_due = Every(RATE_HZ)
        self._navcam_due = Every(p.computer.navcam_rate)
        self._latency_ns = round(p.computer.feature_latency * SECOND_NS)
        self._waiting_features: deque[FeatureFrame] = deque()
        self._from_pictures = section.features == 'pictures'
        self._command = STILL
        self._aircraft.inject(faults)
        self._start(section)

    def _start(self, section: HelicopterSection) -> None:
        """Power on."""
        truth = self._aircraft.truth
        self._faults = self._aircraft.advance_faults(truth.t_ns, None)
        self._altitude = self._aircraft.altitude() or AltimeterSample(truth.t_ns, math.inf)
        inclination = self._aircraft.inclination()
        self._health.initialise(inclination)
        if inclination is None:
            # As on Mars from June 2022 on: a resting accelerometer is an inclinometer, too.
            inclination = InclinometerSample(0, *tilt_felt(self._aircraft.inertial()[0].f_I))
        self._navigation.initialise(
            truth.t_ns, inclination, yaw_from_azimuth(section.azimuth), truth.p_MB)

    @property
    def lift_off_ns(self) -> int | None:
        """When the flight computer saw the ground go, None before."""
        return self._guidance.lift_off_ns

    # One tick of 10 ms --------------------------------------------------------------------

    def pictures_due(self, t_ns: int) -> PicturesDue:
        """Name the exposures whose features or photos the tick that ends at ``t_ns`` needs."""
        features = tuple(
            exposed for exposed in self._exposed if exposed + self._latency_ns <= t_ns)
        photos = tuple(self._undelivered) if self._guidance.finished else ()
        return PicturesDue(features, photos)

    def tick(self, t_ns: int, inputs: HelicopterInputs) -> HelicopterOutputs:
        """Take in what arrived and step to ``t_ns``; the result depends on nothing else."""
        self._take(t_ns - TICK_NS, inputs)
        self._exposures: list[Exposure] = []
        self._status = self._aircraft.status    # machinery reports once per tick
        self._at_rest = self._guidance.at_rest
        self._step(t_ns - TICK_NS + STEP_NS, decide=True)
        (imu, imu_2), estimate = self._inertial, self._estimate
        for step_ns in range(t_ns - TICK_NS + 2 * STEP_NS, t_ns + STEP_NS, STEP_NS):
            self._step(step_ns)
        self._modes = self._guidance.take_changes()
        faults, self._faults = tuple(self._faults), []
        return HelicopterOutputs(
            truth=self._aircraft.truth, status=self._aircraft.status, imu=imu, imu_2=imu_2,
            altimeter=self._altitude, estimate=estimate, setpoint=self._setpoint,
            command=self._command, modes=tuple(self._modes), exposures=tuple(self._exposures),
            packets=tuple(self._transmit(t_ns)), faults=faults, ignored=self._ignored)

    def _transmit(self, t_ns: int) -> list[RadioPacket]:
        """Send files when on the ground, as the aircraft did."""
        packets = self._sender.transmit(t_ns) if self._guidance.finished else []
        return self._aircraft.sent(t_ns, packets)

    def _take(self, t_ns: int, inputs: HelicopterInputs) -> None:
        if inputs.plan is not None:
            self._prepare(inputs.plan, t_ns)
        if inputs.go:
            self._guidance.go(t_ns)
        if inputs.abort:
            self._guidance.abort(t_ns, inputs.abort)
        self._ignored = ''
        for setpoint in inputs.setpoints:
            self._ignored = self._guidance.command(t_ns, setpoint) or self._ignored
        for exposed in self.pictures_due(t_ns + TICK_NS).features:
            self._exposed.remove(exposed)
        if self._from_pictures:
            self._waiting_features.extend(inputs.features)
        for photo in inputs.photos:
            self._undelivered.remove(photo.t_ns)
            self._sender.send(photo_name(photo.t_ns), photo.jpeg)
        self._sender.receive(self._aircraft.heard(t_ns, inputs.packets))
        self._aircraft.inject(inputs.faults)

    def _prepare(self, plan: FlightPlan, t_ns: int) -> None:
        """Trim the onboard model for the plan's rotor speed, then load the plan."""
        if not self._guidance.takes_plans:
            return
        try:
            model = self._control.prepare(plan.rotor_speed_rpm * math.pi / 30.0)
            self._photo_trigger.load(plan)
        except (KeyError, ValueError) as error:    # no such target; air too thin to hover in
            self._guidance.refuse(t_ns, str(error.args[0]))
            return
        self._guidance.hover_collective = model.hover_collective
        self._guidance.load(plan, t_ns)

    def _step(self, t_ns: int, decide: bool = False) -> None:
        """
        Step the whole data flow: sensors, navigation, guidance, control, vehicle.

        All at 500 Hz, but guidance, which decides at the first step of each tick.
        """
        self._faults += self._aircraft.advance_faults(t_ns, self._guidance.lift_off_ns)
        status = self._status
        inertial, altitude = self._sense(t_ns, status)
        self._estimate = self._navigation.step(
            inertial, altitude, self._features_by(t_ns), self._at_rest)
        if decide:
            wrong = self._inertial_watch.look(
                self._inertial, self._estimate.innovation, at_rest=self._at_rest)
            if wrong is not None:
                self._navigation.doubt(wrong)
                self._health.begin_again()
            self._setpoint = self._guidance.step(self._estimate, status, inertial)
            self._at_rest = self._guidance.at_rest
        self._command = self._control.step(self._estimate, self._setpoint, status)
        truth = self._aircraft.step(
            t_ns, self._command, self.parameters.computer.avionics_power)
        self._expose(t_ns, truth, decide)

    def _sense(
        self, t_ns: int, status: VehicleStatus,
    ) -> tuple[ImuSample, AltimeterSample | None]:
        """Read the sensors, watch them, and pass on what may be believed."""
        both = self._inertial = self._aircraft.inertial()
        altitude, health, watch = None, self._health, self._inertial_watch
        inertial = watch.choose(both)
        if self._altimeter_due.due(t_ns):
            altitude = self._aircraft.altitude()
            self._altitude = altitude or self._altitude
        if self._health_due.due(t_ns):
            health.lost_pictures = self._pairing.trouble(t_ns)
            self._guidance.heed(health.step(
                altitude, self._estimate, status, self._command,
                at_rest=self._at_rest, airborne=self._setpoint.airborne))
        if watch.accelerometer_dead:
            inertial = inertial._replace(f_I=UNKNOWN)
        return inertial, None if health.altimeter_dead else altitude

    def _features_by(self, t_ns: int) -> FeatureFrame | None:
        """Hand out features when the navigation computer would have them ready."""
        waiting, frame = self._waiting_features, None
        if not waiting and not self._aircraft.ever_faulty:
            return None
        if waiting and waiting[0].t_ns + self._latency_ns <= t_ns:
            frame = waiting.popleft()
        frame = self._aircraft.features(t_ns, frame)
        if frame is not None:
            frame = self._pairing.pair(frame)
        return None if frame is None else self._aircraft.stamp(frame)

    def _expose(self, t_ns: int, truth: Truth, decide: bool) -> None:
        """Open the shutters that are due; truth goes to the cameras, not to the computer."""
        if self._navcam_due.due(t_ns) and self._guidance.camera_on:
            exposure = _exposure('navcam', truth)
            self._exposures.append(exposure)
            self._exposed.append(t_ns)
            self._pairing.exposed(t_ns)
            if not self._from_pictures:
                self._waiting_features.append(self._landmarks.observe(exposure))
        if decide and self._photo_trigger.step(
                self._estimate, self._setpoint, self._guidance.lift_off_ns):
            late = self._aircraft.shutter_delay()
            self._shutters += [] if late is None else [t_ns + late]
        while self._shutters and self._shutters[0] <= t_ns:
            self._shutters.pop(0)
            self._exposures.append(_exposure('rte', truth))
            self._undelivered.append(t_ns)


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
    plan = section.flight_plan.model_copy(update={'segments': HOP, 'photos': ()})
    twin.tick(TICK_NS, HelicopterInputs(plan=plan))
    twin.tick(2 * TICK_NS, HelicopterInputs())
    twin.tick(3 * TICK_NS, HelicopterInputs(go=True))
    for tick in range(4, HOP_TICKS):
        outputs = twin.tick(tick * TICK_NS, HelicopterInputs())
        if outputs.setpoint.mode == Mode.TOUCHDOWN.value:
            return

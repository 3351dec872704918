# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""
The flight computer: what it is handed is all that it knows.

Samples of sensors, features of images, plans and radio packets come in; commands come out. The
truth cannot reach it: nothing that holds it is ever handed over, which a test says by the
signatures.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
import math
from typing import NamedTuple

from ingenuity_nodes.cameras.model import CameraModel, rte
from ingenuity_nodes.cameras.thumbnail import thumbnail
from ingenuity_nodes.frames import Vector3
from ingenuity_nodes.guidance.flight_plan import FlightPlan
from ingenuity_nodes.guidance.mode import Mode
from ingenuity_nodes.guidance.photo_trigger import PhotoTrigger
from ingenuity_nodes.guidance.plan_flight import RETARGET
from ingenuity_nodes.guidance.smooth_frame import SmoothFrame
from ingenuity_nodes.health.health import Health, RATE_HZ
from ingenuity_nodes.health.image_stamps import ImageStamps
from ingenuity_nodes.health.imu_monitor import ImuMonitor
from ingenuity_nodes.navigation.inputs import NavigationInput, PowerOn
from ingenuity_nodes.radio.frames import photo_name, thumbnail_name
from ingenuity_nodes.radio.station import Station
from ingenuity_nodes.radio.telemetry import Telemetry
from ingenuity_nodes.scenario.helicopter_parameters import HelicopterParameters
from ingenuity_nodes.sensors.inclinometer import tilt_felt
from ingenuity_nodes.signals import (
    Air, AltimeterSample, Estimate, FeatureFrame, FlightOrder, ImuSample, InclinometerSample,
    ModeChange, Photo, RadioPacket, RotorCommand, Setpoint, TrajectoryCommand, VehicleStatus,
    VelocityCommand)
from ingenuity_nodes.stages import Control, Guidance, Navigation, stage_class
from ingenuity_nodes.timing import Every, SECOND_NS, TICK_NS
import numpy as np

UNKNOWN = np.full(3, math.nan)
STILL = RotorCommand((0.0, 0.0), (0.0, 0.0), (0.0, 0.0), 0.0)

Both = tuple[ImuSample, ImuSample]    # of the upper and of the lower inertial sensor


class ImagesDue(NamedTuple):
    """Instants of exposure whose images must have been looked at by the end of a tick."""

    features: tuple[int, ...]
    photos: tuple[int, ...]


class FlightComputer:
    """
    Navigation, guidance, control and health of one helicopter.

    Each tick: :meth:`begin_tick`; each step of it: :meth:`read`, then :meth:`step`.
    ``parameters`` are what its engineers know of the whole helicopter, ``navcam`` the calibrated
    model of its navigation camera, ``air`` the forecast for which its rotor model is trimmed,
    ``name`` that of the helicopter, under which its radio sends.
    """

    def __init__(
        self, parameters: HelicopterParameters, navcam: CameraModel, air: Air, name: str,
    ) -> None:
        p = parameters
        self._navigation: Navigation = stage_class('navigation', p.stages.navigation)(
            p.navigation, navcam, p.imu, p.altimeter)
        self._guidance: Guidance = stage_class('guidance', p.stages.guidance)(p.guidance)
        self._smooth = SmoothFrame(p.guidance.correction_rate)
        self._measured = False    # in the last step: an image may count a step later
        self._control: Control = stage_class('control', p.stages.control)(
            p.control, p.vehicle, air)
        software, rest = p.computer.software, p.navigation.origin_height + p.altimeter.position[2]
        self._imu_monitor = ImuMonitor(p.inertial, p.imu, p.imu_2)
        self._health = Health(p.health, software, rest, self._imu_monitor,
                              p.vehicle.power.motor_temperature_high)
        self._stamps = ImageStamps(p.image_stamps, software)
        self._photo_trigger = PhotoTrigger(rte(p.computer.rte_mounting_error))    # as calibrated
        self._radio = Station(p.radio, name)
        self._healthy = True
        self._exposed: list[int] = []         # navigation images still at vision
        self._undelivered: list[int] = []     # photos still in their camera
        self._health_due = Every(RATE_HZ)
        self._navcam_due = Every(p.computer.navcam_rate)
        self._latency_ns = round(p.computer.feature_latency * SECOND_NS)
        self._answers: list[ModeChange] = []    # to orders
        self._at_rest = True
        self._both: Both | None = None        # inertial samples of this step
        self._inertial: ImuSample | None = None
        self._altitude: AltimeterSample | None = None
        self._status: VehicleStatus | None = None
        self.estimate: Estimate | None = None
        self.setpoint: Setpoint | None = None
        self.command = STILL
        self.handed: list[NavigationInput] = []    # to navigation, in this tick
        self.started: PowerOn | None = None
        self.ignored = ''    # why an offboard setpoint was not followed, '' if all were

    def power_on(
        self, t_ns: int, felt: InclinometerSample | ImuSample, yaw: float, p_MB: Vector3,
    ) -> None:
        """
        Start at rest.

        Parameters
        ----------
        t_ns
            Instant of the first inertial sample to come.
        felt
            Which way is down; without an inclinometer the resting accelerometer has to do, as on
            Mars from June 2022 on.
        yaw, p_MB
            Heading and place, as the plan says [rad, m].

        """
        if isinstance(felt, InclinometerSample):
            self._health.initialise(felt)
        else:
            self._health.initialise(None)
            felt = InclinometerSample(0, *tilt_felt(felt.f_I))
        self.started = PowerOn(t_ns, felt, yaw, p_MB)
        self._navigation.initialise(*self.started)

    @property
    def lift_off_ns(self) -> int | None:
        """When it saw the ground go, None before."""
        return self._guidance.lift_off_ns

    def take_changes(self) -> Sequence[ModeChange]:
        """Hand out the changes of mode since the last call."""
        answers, self._answers = self._answers, []
        return (*answers, *self._guidance.take_changes())

    # What comes in between ticks -------------------------------------------------------------

    def images_due(self, t_ns: int) -> ImagesDue:
        """Name the exposures whose features or photos the tick that ends at ``t_ns`` needs."""
        features = tuple(
            exposed for exposed in self._exposed if exposed + self._latency_ns <= t_ns)
        photos = tuple(self._undelivered) if self._guidance.finished else ()
        return ImagesDue(features, photos)

    def begin_tick(self, t_ns: int, status: VehicleStatus) -> None:
        """Take the power train's report, made once per tick."""
        for exposed in self.images_due(t_ns + TICK_NS).features:
            self._exposed.remove(exposed)
        self._status, self._at_rest = status, self._guidance.at_rest
        self.handed = []

    def load(self, plan: FlightPlan, t_ns: int) -> None:
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

    def go(self, t_ns: int) -> None:
        """Fly the plan."""
        self._guidance.go(t_ns)

    def abort(self, t_ns: int, reason: str) -> None:
        """Land."""
        self._guidance.abort(t_ns, reason)

    def order(self, t_ns: int, order: FlightOrder) -> None:
        """Obey an order, or answer why not."""
        change, refusal = order.retarget, ''
        if change is not None and order.kind == RETARGET:
            busy = self.setpoint is not None and self.setpoint.mode == Mode.PHOTO.value
            refusal = ('a photo is being taken, allowed: before or after' if busy
                       else self._photo_trigger.retarget(change))
        refusal = refusal or self._guidance.order(t_ns, order)
        if refusal:
            self._answers.append(ModeChange(
                t_ns, Mode.ORDER.value, f'{order.kind} refused: {refusal}'))
        elif change is not None:
            self._answers.append(ModeChange(
                t_ns, Mode.ORDER.value, f'photo of {change.photo} is now one of {change.target}'))

    def steer(
        self, t_ns: int, setpoints: Iterable[VelocityCommand | TrajectoryCommand],
    ) -> None:
        """Take offboard setpoints; :attr:`ignored` tells why the last one was not followed."""
        self.ignored = ''
        for setpoint in setpoints:
            self.ignored = self._guidance.command(t_ns, setpoint) or self.ignored

    def store(self, photos: Iterable[Photo]) -> None:
        """Take photos from their camera, to be sent after landing."""
        for photo in photos:
            self._undelivered.remove(photo.t_ns)
            name = photo_name(photo.t_ns)
            small = thumbnail(photo.jpeg)
            if small:
                self._radio.send(thumbnail_name(name), small)
            self._radio.send(name, photo.jpeg)

    def receive(self, packets: Iterable[RadioPacket]) -> None:
        """Take radio packets."""
        self._radio.receive(packets)

    def transmit(self, t_ns: int) -> list[RadioPacket]:
        """Send telemetry always, files when on the ground, as the aircraft did."""
        assert self.estimate is not None and self._status is not None and self.setpoint is not None
        east, north, up = self.estimate.p_MB.tolist()
        telemetry = Telemetry((east, north, up), self.setpoint.mode, self._healthy,
                              self._status.battery_charge)
        return self._radio.transmit(t_ns, telemetry, files=self._guidance.finished)

    # One step of 2 ms ------------------------------------------------------------------------

    def read(self, t_ns: int, both: Both, altitude: AltimeterSample | None) -> None:
        """Take the samples of a step, watch them, and choose what may be believed."""
        health, monitor = self._health, self._imu_monitor
        inertial = monitor.choose(both)
        if (self._health_due.due(t_ns) and self.estimate is not None
                and self.setpoint is not None and self._status is not None):
            health.lost_images = self._stamps.lost_images(t_ns)
            report = health.step(
                altitude, self.estimate, self._status, self.command,
                at_rest=self._at_rest, airborne=self.setpoint.airborne)
            self._healthy = not (report.unfit or report.degraded or report.land_now)
            self._guidance.take_health(report)
        if monitor.accelerometer_dead:
            inertial = inertial._replace(f_I=UNKNOWN)
        self._both, self._inertial = both, inertial
        self._altitude = None if health.altimeter_dead else altitude

    def associate(self, frame: FeatureFrame) -> FeatureFrame | None:
        """Give features the time stamp of the exposure that they belong to."""
        return self._stamps.associate(frame)

    def step(self, features: FeatureFrame | None, *, decide: bool) -> RotorCommand:
        """
        Make a command of what was read.

        Parameters
        ----------
        features
            Of an image exposed a little ago, None if there are none.
        decide
            Guidance sets a new setpoint, as it does at the first step of each tick.

        """
        assert self._inertial is not None and self._both is not None and self._status is not None
        self.estimate = estimate = self._navigation.step(
            self._inertial, self._altitude, features, self._at_rest)
        self.handed.append(NavigationInput(
            self._inertial, self._both, self._altitude, features, self._at_rest))
        measured = features is not None or self._altitude is not None
        smooth = self._smooth.step(
            estimate, at_rest=self._at_rest, corrected=measured or self._measured)
        self._measured = measured
        if decide:
            attitude_error = self._imu_monitor.update(
                self._both, estimate.innovation, at_rest=self._at_rest)
            if attitude_error is not None:
                self._navigation.inflate_covariance(attitude_error)
                self.handed[-1] = self.handed[-1]._replace(attitude_error=attitude_error)
                self._health.reset_nis()
            self.setpoint = self._guidance.step(smooth, self._status, self._inertial)
            self._at_rest = self._guidance.at_rest
        assert self.setpoint is not None    # the first step of each tick decides
        self.command = self._control.step(smooth, self.setpoint, self._status)
        return self.command

    # The shutters ----------------------------------------------------------------------------

    def opens_navcam(self, t_ns: int) -> bool:
        """Return whether a navigation image is due, and wait for its features from then on."""
        if not self._navcam_due.due(t_ns) or not self._guidance.camera_on:
            return False
        self._exposed.append(t_ns)
        self._stamps.trigger(t_ns)
        return True

    def asks_for_photo(self) -> bool:
        """Return whether now is the instant for a photo; ask once per tick."""
        assert self.estimate is not None and self.setpoint is not None
        return self._photo_trigger.step(
            self.estimate, self.setpoint, self._guidance.plan_start_ns(self.estimate.t_ns))

    def photo_taken(self, t_ns: int) -> None:
        """Note that the colour camera has exposed."""
        self._undelivered.append(t_ns)

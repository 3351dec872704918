# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""The recorder: messages worth keeping into a bag, at the end the products of the run."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
import shutil
from typing import Any, TypeVar

from ingenuity_nodes.graph.next_run import RESET
from ingenuity_nodes.nodes.conversions.cdr import from_cdr
from ingenuity_nodes.nodes.conversions.geometry import nanoseconds, stamp_from
from ingenuity_nodes.nodes.conversions.sensors import status_from
from ingenuity_nodes.nodes.conversions.state import (
    estimate_from, exposure_from, fault_from, truth_from)
from ingenuity_nodes.nodes.member import MemberNode
from ingenuity_nodes.nodes.membership import ENDED, LATCHED
from ingenuity_nodes.nodes.message_types import message_type, UnknownTypeError
from ingenuity_nodes.nodes.mission_notes import MissionNotes
from ingenuity_nodes.nodes.offers import offered, wanted
from ingenuity_nodes.nodes.participant import COUNTED, Messages, Participant
from ingenuity_nodes.nodes.run import run
from ingenuity_nodes.nodes.setting import text_parameter
from ingenuity_nodes.nodes.status_line import print_folder
from ingenuity_nodes.radio.frames import photo_time
from ingenuity_nodes.recording.bag.writer import BagQos, BagWriter
from ingenuity_nodes.recording.errors import RecordingError
from ingenuity_nodes.recording.recording_rules import recording_rules
from ingenuity_nodes.recording.run_folder import RunFolder
from ingenuity_nodes.recording.run_products import RunProducts
from ingenuity_nodes.scenario.environment import environment_of
from ingenuity_nodes.scenario.sections import Scenario
from ingenuity_nodes.signals import Estimate, ModeChange, Truth, VehicleStatus
from ingenuity_nodes.timing import SECOND_NS, TICK_NS
from ingenuity_nodes.world.conditions import Conditions
from nav_msgs.msg import Odometry
from rcl_interfaces.msg import ParameterDescriptor
from rclpy.clock import Clock, ClockType
from rclpy.qos import QoSProfile
from sensor_msgs.msg import CompressedImage
from std_msgs.msg import Float64, Float64MultiArray, String

V = TypeVar('V', Truth, Estimate, VehicleStatus)
W = TypeVar('W')
SCAN, FLUSH = 0.2, 1.0    # [s] of wall time: look for new topics; write out what is held
DEPTH = 1000              # messages that may wait for the disk
COUNTED_TOPICS = {'ground_truth/odometry': Odometry, 'odometry': Odometry,
                  'vehicle_status': Float64MultiArray, 'flight_mode': String, 'fault': String}
STAMPS: dict[str, Callable[[bytes], int]] = {
    'ground_truth/odometry': stamp_from, 'odometry': stamp_from,
    'vehicle_status': lambda cdr: status_from(from_cdr(cdr, Float64MultiArray)).t_ns}
COUNTED_QOS = BagQos(depth=COUNTED.depth, reliable=True, latched=True)


class RecorderNode(MemberNode):
    """Records one run."""

    def __init__(self) -> None:
        super().__init__('recorder')
        scenario, seed = self.scenario, self.seed
        path = text_parameter(self, 'run_folder', '', 'folder of the run; empty makes one')
        self._folder = (RunFolder.open(Path(path)) if path and Path(path).is_dir()
                        else RunFolder.create(scenario.name, Path(path) if path else None))
        self._is_given = bool(path)
        print_folder(self._folder.path)
        with self.membership.busy('building the ground'):
            environment = environment_of(scenario, seed)
            self._products = RunProducts(scenario, seed, environment, self._folder)
        self._conditions = Conditions(environment)
        raw = bool(self.declare_parameter('raw_images', False, ParameterDescriptor(
            description='record grey images as they are, not packed without loss',
            read_only=True)).value)
        self._writer = BagWriter(self._folder.bag, raw_images=raw)
        self._rules = recording_rules()
        self._t_ns, self._factor, self._settled = 0, 0.0, False
        self._seen: set[str] = set()
        self._bag_ended = self._lost = False
        self._participant = Participant(self, self._on_tick)
        self._join(scenario)
        self.membership.waits_for = lambda: self._waits_for
        steady = Clock(clock_type=ClockType.STEADY_TIME)
        self.create_timer(SCAN, self._scan, clock=steady)
        self.create_timer(FLUSH, self._flush, clock=steady)
        self.get_logger().info(f'recording into {self._folder.path}')

    def _join(self, scenario: Scenario) -> None:
        """Subscribe, without losing a message, to the topics on which the result stands."""
        self._counted = {}
        for section in scenario.helicopters:
            name = section.name
            self._counted[name] = {
                kind: self._participant.subscribe(
                    message, f'/{name}/{kind}', raw=True, stamp_of=STAMPS.get(kind))
                for kind, message in COUNTED_TOPICS.items()}
            self._note_each(
                Odometry, f'/{name}/rte/exposure', COUNTED,
                lambda message, name=name: self._products.exposed(
                    name, exposure_from(message, 'rte')))
            self._note_each(
                CompressedImage, f'/{name}/rte/image_raw/compressed', QoSProfile(depth=5),
                lambda message, name=name: self._products.photo_taken(
                    name, nanoseconds(message.header.stamp), bytes(message.data)))
        for rover in scenario.rovers:
            self._note_each(
                Odometry, f'/{rover.name}/ground_truth/odometry', COUNTED,
                lambda message, name=rover.name: self._on_rover(name, message))
            for camera in rover.cameras:
                self._note_each(
                    CompressedImage, f'/{rover.name}/{camera}/image_raw/compressed',
                    QoSProfile(depth=60),
                    lambda message, name=rover.name: self._products.mast_image(
                        name, nanoseconds(message.header.stamp), bytes(message.data)))
        self._notes = MissionNotes(self, scenario, self._products, lambda: self._t_ns)
        self._received = [self._participant.subscribe(String, f'/{rover.name}/received')
                          for rover in scenario.rovers]
        self._arrived = [
            self._participant.subscribe(
                CompressedImage, f'/{rover.name}/received/compressed', raw=True)
            for rover in scenario.rovers]
        self.create_subscription(Float64, '/world/real_time_factor', self._on_factor, LATCHED)
        self._types = {
            topic: f'{kind.__module__.split(".")[0]}/msg/{kind.__name__}'
            for topics in self._counted.values()
            for topic, kind in zip(topics.values(), COUNTED_TOPICS.values(), strict=True)}
        self._types.update(dict.fromkeys(self._arrived, 'sensor_msgs/msg/CompressedImage'))
        self._seen.update(self._types)

    @property
    def _waits_for(self) -> str:
        return self._participant.waits_for or (
            '' if self._settled else 'the list of topics to settle')

    # What comes in -------------------------------------------------------------------------

    def _note_each(
        self, kind: type, topic: str, qos: QoSProfile, note: Callable[[Any], None],
    ) -> None:
        """Note each message of a topic as it comes; those that cannot be read are refused."""
        def on_message(message: Any) -> None:
            try:
                list(self.refusals.read(topic, [message], note))
            except RecordingError as error:
                self._lose(error)

        self.create_subscription(kind, topic, on_message, qos)

    def _on_rover(self, name: str, message: Odometry) -> None:
        truth = truth_from(message)
        self._products.rover_at(name, truth.t_ns, truth.p_MB, truth.q_MB)

    def _on_tick(self, t_ns: int, messages: Messages) -> None:
        self._t_ns = t_ns
        for name, topics in self._counted.items():
            raw = {kind: messages[topic] for kind, topic in topics.items()}
            for kind, topic in topics.items():
                for cdr in raw[kind]:
                    self._write(topic, self._types[topic], COUNTED_QOS, cdr)
            self._note(name, raw)
        self._conditions.apply(self._participant.changes)    # what is noted is of the tick before
        for topic in self._arrived:
            for cdr in messages[topic]:
                self._write(topic, self._types[topic], COUNTED_QOS, cdr)
        for topic in self._received:
            for message in messages[topic]:
                self._note_received(topic, message.data)

    def _note_received(self, topic: str, text: str) -> None:
        try:
            sender, file, sha256 = text.split(' ')
            # Received now, published in the tick before.
            self._products.photo_received(
                sender, photo_time(file), self._t_ns - TICK_NS, sha256)
        except (KeyError, ValueError) as error:
            self.get_logger().error(f"{topic}: found '{text}': {error}")

    def _note(self, name: str, raw: dict[str, list[bytes]]) -> None:
        log = self._products.run.vehicle(name)
        then_ns = self._t_ns - TICK_NS    # received now, published in the tick before
        for text in self._read(name, 'flight_mode', raw, lambda message: str(message.data)):
            mode, _, reason = text.partition(': ')
            log.mode(ModeChange(then_ns, mode, reason))
        for fault in self._read(name, 'fault', raw, lambda message: fault_from(message, then_ns)):
            log.fault(fault)
        truth = self._of_last_tick(name, 'ground_truth/odometry', raw, truth_from)
        estimate = self._of_last_tick(name, 'odometry', raw, estimate_from)
        status = self._of_last_tick(name, 'vehicle_status', raw, status_from)
        if truth and estimate and status:
            self._products.tick(name, truth, estimate, status, ())

    def _read(
        self, name: str, kind: str, raw: dict[str, list[bytes]], decode: Callable[[Any], W],
    ) -> Iterator[W]:
        """Read what came on one of the counted topics; what cannot be read is refused."""
        return self.refusals.read(
            f'/{name}/{kind}', raw[kind],
            lambda cdr: decode(from_cdr(cdr, COUNTED_TOPICS[kind])))

    def _of_last_tick(
        self, name: str, kind: str, raw: dict[str, list[bytes]], decode: Callable[[Any], V],
    ) -> V | None:
        """
        Read the one message that was published in the tick before; refuse all others.

        Its stamp is in that tick: an estimate is a little older than its message.
        """
        published_ns, found = self._t_ns - TICK_NS, None
        topic = f'/{name}/{kind}'
        for value in self._read(name, kind, raw, decode):
            if published_ns - TICK_NS <= value.t_ns <= published_ns and found is None:
                found = value
            else:
                self.refusals.note(topic, ValueError(
                    f'found stamp {value.t_ns / SECOND_NS:.3f} s, '
                    f'allowed: one of up to {published_ns / SECOND_NS:.3f} s'))
        return found

    def _on_factor(self, message: Float64) -> None:
        self._factor = message.data

    # What goes into the bag ----------------------------------------------------------------

    def _scan(self) -> None:
        """Subscribe to topics that have appeared."""
        found = 0
        for full_name, types in self.get_topic_names_and_types():
            topic = self.run_names.within(full_name)
            if (topic in self._seen or not self._rules.reason(topic)
                    or not self.run_names.is_of_run(full_name)):
                continue
            offers = [info.qos_profile for info in self.get_publishers_info_by_topic(full_name)]
            if offers:    # else somebody listens, but nobody speaks yet
                self._seen.add(topic)
                self._subscribe(topic, types[0], offers)
                found += 1
        self._settled = found == 0

    def _subscribe(self, topic: str, type_name: str, offers: Sequence[QoSProfile]) -> None:
        try:
            kind = message_type(type_name)
        except UnknownTypeError as error:
            self.get_logger().warning(f'{topic}: not recorded, as {error}')
            return
        qos = offered(offers)
        self.create_subscription(
            kind, topic, lambda cdr: self._write(topic, type_name, qos, cdr),
            wanted(qos, DEPTH), raw=True)

    def _write(self, topic: str, type_name: str, qos: BagQos, cdr: bytes) -> None:
        if not self._bag_ended:
            try:
                self._writer.write(topic, type_name, qos, self._t_ns, cdr)
            except RecordingError as error:
                self._end_bag(error)

    def _flush(self) -> None:
        if not self._bag_ended:
            try:
                self._writer.flush()
            except RecordingError as error:
                self._end_bag(error)

    def _end_bag(self, error: RecordingError) -> None:
        """Write no more into the bag: what is in it stays readable, and the flight goes on."""
        self._bag_ended = True
        self._lose(RecordingError(
            f'{error}; the bag ends at {self._t_ns / SECOND_NS:.2f} s, the flight goes on'))

    def _lose(self, error: RecordingError) -> None:
        """Log that something of the run is not written; the status will not be 0."""
        self._lost = True
        self.get_logger().error(str(error))

    def next_parameters(self, next_run: str) -> dict[str, Any]:
        """
        Give the next run a folder beside this one's, where that was not made by itself.

        It has this one's where time had not begun: nothing was flown in it.
        """
        if not self._t_ns:
            return {**super().next_parameters(next_run), 'run_folder': str(self._folder.path)}
        return {**super().next_parameters(next_run), **(
            {'run_folder': str(RunFolder.beside(self._folder).path)} if self._is_given else {})}

    # The end -------------------------------------------------------------------------------

    def finish(self) -> None:
        """Close the bag and write what the run was about, even if it was cut short."""
        reason = self.membership.reason
        complete = reason.startswith((ENDED, RESET))
        try:
            self._writer.close()
        except RecordingError as error:
            if not self._bag_ended:
                self._lose(error)
        if not self._t_ns and self.membership.next_run:
            shutil.rmtree(self._folder.bag, ignore_errors=True)
            return
        try:
            self._notes.finish()
            outcome = None if reason.startswith(ENDED) else reason
            self._products.finish(
                self._factor, outcome, full=complete, foreign=self._participant.foreign)
        except RecordingError as error:
            self._lose(error)
        if self._lost:
            self.membership.status = 1    # whatever was flown: not all of it is written


def main(args: Sequence[str] | None = None) -> None:
    """Run the recorder."""
    run(RecorderNode, args)


if __name__ == '__main__':
    main()

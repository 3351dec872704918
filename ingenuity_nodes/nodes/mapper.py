# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""The mapper on the network: images and estimates in, the map of hazards out."""

from __future__ import annotations

from collections.abc import Sequence

from ingenuity_nodes.cameras.model import navcam
from ingenuity_nodes.graph.lockstep import ForeignMessageError
from ingenuity_nodes.graph.wiring import MAPPER
from ingenuity_nodes.mapping.mapper import described, ImageDue, MapperInputs
from ingenuity_nodes.nodes.conversions.geometry import nanoseconds
from ingenuity_nodes.nodes.conversions.images import image_from
from ingenuity_nodes.nodes.conversions.maps import heights_message, occupancy_message
from ingenuity_nodes.nodes.member import MemberNode
from ingenuity_nodes.nodes.membership import LATCHED
from ingenuity_nodes.nodes.participant import Messages, Missing, Participant
from ingenuity_nodes.nodes.run import run
from ingenuity_nodes.nodes.wires import Wires
from ingenuity_nodes.scenario.environment import mapper_of
from ingenuity_nodes.signals import NavigationImage
from ingenuity_nodes.timing import SECOND_NS, TICK_NS
from ingenuity_nodes.yaml_files.check import FileError
from nav_msgs.msg import OccupancyGrid
from rclpy.qos import QoSProfile
from sensor_msgs.msg import Image, PointCloud2

FRAMES = QoSProfile(depth=60)    # two seconds of images: none is lost while a pair is compared


MOST_IMAGES = 240                # assumed: of 8 s at 30 Hz; 74 MB


class MapperNode(MemberNode):
    """One mapper for all helicopters that the scenario names."""

    def __init__(self) -> None:
        super().__init__('mapper')
        section = self.scenario.mapper
        if section is None:
            raise FileError(f"scenario '{self.scenario.name}': found no section mapper, "
                            'allowed: one that names the helicopters below which to map')
        self._mapper = mapper_of(section)
        self._participant = Participant(self, self._on_tick, self._missing)
        self.membership.waits_for = lambda: self._participant.waits_for
        self._wires = Wires(self, self._participant, self.scenario, MAPPER, MAPPER)
        self._hazards = self.create_publisher(OccupancyGrid, 'map/hazards', LATCHED)
        self._heights = self.create_publisher(PointCloud2, 'map/heights', LATCHED)
        self._images: dict[ImageDue, NavigationImage] = {}
        self._t_ns, self._camera = 0, navcam()
        for name in section.vehicles:
            self.create_subscription(
                Image, f'/{name}/navcam/image_raw',
                lambda message, name=name: self._on_image(name, message), FRAMES)

    def _missing(self, t_ns: int) -> Missing | None:
        """Name the image that the tick must have."""
        for due in self._mapper.images_due(t_ns):
            if due not in self._images:
                return Missing(f'the image of {due.t_ns / SECOND_NS:.3f} s',
                               f'/{due.vehicle}/navcam/image_raw')
        return None

    def _on_image(self, name: str, message: Image) -> None:
        topic, t_ns = f'/{name}/navcam/image_raw', nanoseconds(message.header.stamp)
        for image in self.refusals.read(
                topic, [message],
                lambda message: image_from(message, self._camera.width, self._camera.height)):
            due = ImageDue(name, t_ns)
            # Exposed in a tick, drawn while the next one waits: none is from later than that.
            if due in self._images or t_ns > self._t_ns + 2 * TICK_NS or len(
                    self._images) >= MOST_IMAGES:
                self.refusals.note(topic, ForeignMessageError(
                    'stamp', f'found stamp {t_ns / SECOND_NS:.3f} s, allowed: each image up to '
                    f'{self._t_ns / SECOND_NS:.2f} s once, {MOST_IMAGES} at a time'))
                continue
            self._images[due] = NavigationImage(name, t_ns, image)
            self._participant.advance()

    def _on_tick(self, t_ns: int, messages: Messages) -> None:
        self._t_ns = t_ns
        images = tuple(self._images.pop(due) for due in self._mapper.images_due(t_ns))
        outputs = self._mapper.tick(
            t_ns, MapperInputs(images=images, **self._wires.inputs(messages)))
        self._images = {due: image for due, image in self._images.items()
                        if self._mapper.may_ask_for(due.t_ns, t_ns)}
        self._wires.publish(outputs)
        for reason in outputs.refused:
            self.get_logger().error(reason, throttle_duration_sec=1.0)
        for value in outputs.maps:
            self.get_logger().info(f'{t_ns / SECOND_NS:.2f} s: {described(value)}')
            self._hazards.publish(occupancy_message(value))
            self._heights.publish(heights_message(value))


def main(args: Sequence[str] | None = None) -> None:
    """Run the mapper."""
    run(MapperNode, args)


if __name__ == '__main__':
    main()

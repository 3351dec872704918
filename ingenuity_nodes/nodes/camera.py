# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""One camera on the network: exposures in, images out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial

from ingenuity_nodes import frames
from ingenuity_nodes.cameras.response import encode_jpeg
from ingenuity_nodes.cameras.settings import CameraSettings
from ingenuity_nodes.nodes.conversions.images import (
    camera_info_message, image_message, jpeg_message)
from ingenuity_nodes.nodes.conversions.state import exposure_from
from ingenuity_nodes.nodes.member import MemberNode
from ingenuity_nodes.nodes.membership import LATCHED
from ingenuity_nodes.nodes.others import Others
from ingenuity_nodes.nodes.participant import COUNTED
from ingenuity_nodes.nodes.preview import Preview
from ingenuity_nodes.nodes.run import run
from ingenuity_nodes.nodes.setting import text_parameter, vehicle_section
from ingenuity_nodes.nodes.truth_images import TruthImages
from ingenuity_nodes.parameters import with_overrides
from ingenuity_nodes.rendering.render_process import RenderProcess
from ingenuity_nodes.rendering.robots_in_view import camera_of, robots_in_view
from ingenuity_nodes.scenario.environment import environment_of
from ingenuity_nodes.scenario.sections import HelicopterSection
from ingenuity_nodes.signals import Exposure
from ingenuity_nodes.world.environment import Environment
from nav_msgs.msg import Odometry
import numpy as np
from numpy.typing import NDArray
from rclpy.qos import QoSProfile
from sensor_msgs.msg import CameraInfo, CompressedImage, Image

FRAMES = QoSProfile(depth=60)
# assumed: as good as lossless for people, small enough
JPEG_QUALITY = {'navcam': 95, 'rte': 90, 'mastcam': 90}
LINKS = {'mastcam': 'mastcam_left'}    # where the link of a camera has another name


class CameraNode(MemberNode):
    """Draws what one camera of one vehicle sees; a rover's builds its scene when first asked."""

    def __init__(self) -> None:
        super().__init__('camera', of_vehicle=True)
        section = vehicle_section(self, self.scenario)
        self._camera = text_parameter(
            self, 'camera', 'navcam', 'which camera: navcam, rte or mastcam')
        self._settings = self.live_parameters.declare(CameraSettings())
        self._model = camera_of(self.scenario, section.name, self._camera)
        link = LINKS.get(self._camera, self._camera)
        self._frame_id = frames.frame(section.name, f'{link}_optical_frame')
        self._own = section.name
        name = self._camera
        self._images = self.create_publisher(Image, f'{name}/image_raw', FRAMES)
        self._jpegs = self.create_publisher(
            CompressedImage, f'{name}/image_raw/compressed', FRAMES)
        self._info = self.create_publisher(CameraInfo, f'{name}/camera_info', LATCHED)
        self._info.publish(camera_info_message(self._model, self._frame_id))
        self._preview = Preview(self, f'{name}/preview') if name == 'rte' else None
        self._truth = TruthImages(self, name, self._frame_id)
        self.create_subscription(Odometry, f'{name}/exposure', self._on_exposure, COUNTED)
        self._render_process = RenderProcess(self.scenario, self.seed, section.name, name)
        # One image after the other, while the node goes on listening.
        self._drawing = ThreadPoolExecutor(1, thread_name_prefix=name)
        self._environment: Environment | None = None
        self._others: Others | None = None
        self._set_up: Future[None] | None = None
        if isinstance(section, HelicopterSection):
            with self.membership.busy('building the ground'):
                self._environment = environment_of(self.scenario, self.seed)
            self._prepare()
        self.membership.waits_for = lambda: self._waits_for

    def _prepare(self) -> None:
        """Listen to the other vehicles, and begin to build the scene."""
        helicopters = [section.name for section in self.scenario.helicopters]
        self._others = Others(self, [name for name in helicopters if name != self._own],
                              [rover.name for rover in self.scenario.rovers])
        self._set_up = self._submit('building the scene', self._build)

    def _build(self) -> None:
        if self._environment is None:
            self._environment = environment_of(self.scenario, self.seed)
        self._render_process.set_up()

    @property
    def _waits_for(self) -> str:
        if self._set_up is not None and not self._set_up.done():
            return 'the scene to be built'
        return '' if self._images.get_subscription_count() or self._camera != 'navcam' \
            else f'somebody who looks at {self._images.topic_name}'

    def _on_exposure(self, message: Odometry) -> None:
        for exposure in self.refusals.read(
                f'{self._camera}/exposure', [message],
                lambda message: exposure_from(message, self._camera)):
            if self._set_up is None:
                self._prepare()
            self._submit('drawing an image', partial(self._draw, exposure))

    def _draw(self, exposure: Exposure) -> None:
        assert self._environment is not None and self._others is not None
        self.time_begins()
        bodies = robots_in_view(self.scenario, self._environment, self._own, exposure,
                                *self._others.at(exposure.t_ns))
        image = self._render_process.draw(exposure, bodies, self._gain(exposure.t_ns))
        if self._preview:
            self._preview.publish(exposure.t_ns, self._frame_id, image)
        # First what the flight waits for: a raw photo of 39 MB takes its time to whoever looks.
        first, second = self._send_jpeg, self._send_raw
        if self._camera == 'navcam':
            first, second = second, first
        first(exposure.t_ns, image)
        second(exposure.t_ns, image)
        if self._truth.wanted:
            self._truth.publish(exposure, self._render_process.draw_truth(exposure, bodies))

    def _send_raw(self, t_ns: int, image: NDArray[np.uint8]) -> None:
        if self._images.get_subscription_count():
            self._images.publish(image_message(t_ns, self._frame_id, image))

    def _send_jpeg(self, t_ns: int, image: NDArray[np.uint8]) -> None:
        if self._jpegs.get_subscription_count():
            self._jpegs.publish(jpeg_message(
                t_ns, self._frame_id, encode_jpeg(image, JPEG_QUALITY[self._camera])))

    def _gain(self, t_ns: int) -> float:
        """Return by what the light of an exposure is multiplied; changes count from here on."""
        changes = self.live_parameters.take()
        self._settings = with_overrides(self._settings, changes)
        self.live_parameters.note(t_ns, changes)
        return self._settings.gain

    def _submit(self, what: str, task: Callable[[], None]) -> Future[None]:
        def work() -> None:
            with self.membership.busy(what):
                task()

        future = self._drawing.submit(work)
        future.add_done_callback(self._note_failure)
        return future

    def _note_failure(self, future: Future[None]) -> None:
        error = None if future.cancelled() else future.exception()
        if error is not None and self.membership.running:
            self.get_logger().error(str(error))
            self.membership.end(2, str(error))

    def finish(self) -> None:
        """Drop the images that wait, and the one at work."""
        if self._set_up is None:    # never asked for an image
            self.log_compiled()
        self._drawing.shutdown(wait=False, cancel_futures=True)
        self._render_process.close()


def main(args: Sequence[str] | None = None) -> None:
    """Run one camera."""
    run(CameraNode, args)


if __name__ == '__main__':
    main()

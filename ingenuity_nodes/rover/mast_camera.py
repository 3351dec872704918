# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""The rover's mast camera: what it is told to take images of, where it looks, when it exposes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
import math

from ingenuity_nodes.frames import QuatWxyz, rotation_matrix, Vector3
from ingenuity_nodes.guidance.mode import IN_FLIGHT, Mode
from ingenuity_nodes.radio.base_station import Report
from ingenuity_nodes.rover.mast import AZIMUTH, ELEVATION, head_pose, joints_toward, MastParameters
from ingenuity_nodes.signals import Exposure, ImageOrder
from ingenuity_nodes.timing import SECOND_NS, TICK_NS
import numpy as np

CAMERA = 'mastcam'
DECK = 'deck'
# What a selfie has in its middle, in the body [m]: the generator behind the deck.
DECK_B = np.array([-1.0, 0.0, 1.2])
FLYING = frozenset(mode.value for mode in (*IN_FLIGHT, Mode.TAKE_OFF, Mode.DEGRADED))


class _Series:
    """The images of one order."""

    def __init__(self, order: ImageOrder) -> None:
        self.order = order
        self.taken = 0
        self.next_ns = order.start_ns
        self.begun = False

    def listen(self, t_ns: int, reports: Mapping[str, Report]) -> None:
        """Decide whether it begins."""
        if not self.begun:
            report = reports.get(self.order.target)
            self.begun = t_ns >= self.order.start_ns and (
                not self.order.when_flying
                or (report is not None and report.telemetry.mode in FLYING))

    @property
    def what(self) -> str:
        """Describe for people what is looked at."""
        if self.order.position is None:
            return 'its own deck' if self.order.target == DECK else self.order.target
        return '({:.1f}, {:.1f}, {:.1f}) m'.format(*self.order.position)


class MastCamera:
    """
    Follows orders for images: turns the mast, opens the shutter when it stands right.

    Of several orders that have begun the latest comes first; those that it interrupts go on
    afterwards. While none has begun, the mast is turned to the helicopter whose take-off is waited
    for. A helicopter is followed by what its telemetry says, ten times a second; the truth does
    not enter. Without an order the mast stays as it is. ``tilt`` is the elevation of the head at
    rest, positive up [rad]; ``orders`` are those of the scenario.
    """

    def __init__(
        self, parameters: MastParameters, tilt: float, orders: Iterable[ImageOrder] = (),
    ) -> None:
        self._parameters = parameters
        self._step = parameters.rate * TICK_NS / SECOND_NS
        self._delay_ns = round(parameters.image_delay * SECOND_NS)
        self._series = [_Series(order) for order in orders]
        self._current: _Series | None = None
        self._waiting: list[int] = []    # instants of exposures whose images are not there yet
        self._log: list[str] = []
        self.azimuth = 0.0       # of the head from the rover's nose, positive left [rad]
        self.elevation = tilt    # of the head above the deck's plane, positive up [rad]

    def images_due(self, t_ns: int) -> tuple[int, ...]:
        """Name the exposures whose images must be there at a time."""
        return tuple(exposed for exposed in self._waiting if exposed + self._delay_ns <= t_ns)

    def tick(
        self, t_ns: int, pose: tuple[Vector3, QuatWxyz], reports: Mapping[str, Report],
        orders: Iterable[ImageOrder] = (),
    ) -> tuple[Exposure, ...]:
        """
        Turn the mast for 10 ms and expose if it is time.

        Parameters
        ----------
        t_ns
            End of the tick.
        pose
            True place ``p_MB`` [m] and attitude ``q_MB`` of the rover, which carries the mast.
        reports
            The last telemetry of each helicopter.
        orders
            New ones.

        Returns
        -------
        tuple
            The exposure with the true pose of the mast head, if there was one.

        """
        self._series += map(_Series, orders)
        if not self._series and not self._waiting:
            return ()
        self._waiting = [t for t in self._waiting if t + self._delay_ns > t_ns]
        series = self._chosen(t_ns, reports)
        point = self._point(series, pose, reports) if series else None
        if series is None or point is None:
            return ()
        off = self._turn_toward(joints_toward(*pose, point))
        if off is None:
            self._drop(series)
            return ()
        if not series.begun or off > self._parameters.settled or t_ns < series.next_ns:
            return ()
        return (self._expose(t_ns, series, pose),)

    def log(self) -> tuple[str, ...]:
        """Return the lines since the last call."""
        lines, self._log = tuple(self._log), []
        return lines

    def _chosen(self, t_ns: int, reports: Mapping[str, Report]) -> _Series | None:
        for series in self._series:
            series.listen(t_ns, reports)
        begun = [series for series in self._series if series.begun]
        awaited = [series for series in self._series if series.order.when_flying]
        chosen = begun[-1] if begun else awaited[0] if awaited else None
        if chosen is not self._current and chosen is not None:
            left = chosen.order.count - chosen.taken
            self._log.append(f'mast camera: looks at {chosen.what}, '
                             f'{left} image{"s" if left > 1 else ""}')
        self._current = chosen
        return chosen

    def _point(
        self, series: _Series, pose: tuple[Vector3, QuatWxyz], reports: Mapping[str, Report],
    ) -> Vector3 | None:
        """Return the point to look at in M [m], None while it is not known."""
        order = series.order
        if order.position is not None:
            return np.array(order.position)
        if order.target == DECK:
            p_MB, q_MB = pose
            return np.asarray(p_MB + rotation_matrix(q_MB) @ DECK_B)
        report = reports.get(order.target)
        return np.array(report.telemetry.position) if report else None

    def _turn_toward(self, wanted: Mapping[str, float]) -> float | None:
        """Turn; returns the larger angle left [rad], None if the mast cannot look there."""
        elevation = -wanted[ELEVATION]
        if not self._parameters.lowest <= elevation <= self._parameters.highest:
            return None
        self.azimuth = _nearer(self.azimuth, wanted[AZIMUTH], self._step)
        self.elevation = _nearer(self.elevation, elevation, self._step)
        return max(abs(wanted[AZIMUTH] - self.azimuth), abs(elevation - self.elevation))

    def _drop(self, series: _Series) -> None:
        lowest, highest = (math.degrees(limit) for limit in (
            self._parameters.lowest, self._parameters.highest))
        self._log.append(f'mast camera: cannot look at {series.what}, allowed: an elevation of '
                         f'{lowest:.0f} to {highest:.0f} deg')
        self._series.remove(series)

    def _expose(
        self, t_ns: int, series: _Series, pose: tuple[Vector3, QuatWxyz],
    ) -> Exposure:
        series.taken += 1
        series.next_ns = t_ns + series.order.period_ns
        self._waiting.append(t_ns)
        if series.taken == series.order.count:
            self._series.remove(series)
            self._log.append(f'mast camera: {series.taken} '
                             f'image{"s" if series.taken > 1 else ""} of {series.what} taken')
        p_MH, q_MH = head_pose(*pose, {AZIMUTH: self.azimuth, ELEVATION: -self.elevation})
        return Exposure(t_ns, CAMERA, p_MH, q_MH, np.zeros(3), np.zeros(3))


def _nearer(angle: float, wanted: float, step: float) -> float:
    """Turn by one step at most; the mast does not turn through its stop at the back."""
    return angle + min(max(wanted - angle, -step), step)

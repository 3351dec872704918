# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""
The desk of mission control: commands of scenario and outside world become orders, plans, goals.

Whatever is wrong with one is answered in a line that names what was found and what is allowed; the
vehicles go on as before.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ingenuity_nodes.frames import azimuth_from_yaw
from ingenuity_nodes.mission.flight import Flight, LANDED, Phase, TAKES_PLANS
from ingenuity_nodes.mission.outside import command_of, Known, Outside, text_of
from ingenuity_nodes.mission.preparation import prepare_goals, timed
from ingenuity_nodes.mission.rover_drive import RoverDrive
from ingenuity_nodes.mission.separation import TimedFlight
from ingenuity_nodes.scenario.commands import Command, RetargetSection
from ingenuity_nodes.scenario.goals import Photograph
from ingenuity_nodes.scenario.sections import HelicopterSection, RoverSection, Scenario
from ingenuity_nodes.signals import FlightOrder, NOTHING, Retarget
from ingenuity_nodes.timing import SECOND_NS
from ingenuity_nodes.world.environment import Environment

ENDS = 'return', 'land', 'abort'    # orders after which photos of the plan may be missing


class Desk:
    """Takes commands; ``flights`` and ``drives`` are those of mission control, by name."""

    def __init__(
        self, scenario: Scenario, environment: Environment, flights: dict[str, Flight],
        drives: dict[str, RoverDrive],
    ) -> None:
        self._scenario, self._environment = scenario, environment
        self._flights, self._drives = flights, drives
        self._timed = sorted(scenario.mission.commands, key=lambda command: command.at)
        self._orders: dict[str, list[FlightOrder]] = {}
        self.from_outside = 0    # commands that were not part of the scenario
        # Of what came last from outside: why each was refused, '' if it was obeyed.
        self.answers: tuple[str, ...] = ()

    def due(self, t_ns: int) -> bool:
        """Return whether it is time for a command of the scenario."""
        return bool(self._timed) and self._timed[0].at * SECOND_NS <= t_ns

    def take(self, t_ns: int, outside: Sequence[Outside]) -> list[str]:
        """Obey the scenario's commands that are due, and those from outside; return the log."""
        log, self.answers = [], ()
        while self.due(t_ns):
            log.append(self._obeyed(t_ns, self._timed.pop(0), 'command')[0])
        for received in outside:
            self.from_outside += 1
            try:
                command = command_of(received, self._known())
            except ValueError as error:
                log.append(f'from outside, refused: {text_of(received)}: {error}')
                self.answers += (str(error),)
                continue
            line, answer = self._obeyed(t_ns, command, 'from outside')
            log.append(line)
            self.answers += (answer,)
        return log

    def take_orders(self) -> Mapping[str, Sequence[FlightOrder]]:
        """Return the orders to send, by helicopter, once."""
        if not self._orders:
            return NOTHING
        orders, self._orders = self._orders, {}
        return {name: tuple(sent) for name, sent in orders.items()}

    def order(self, name: str, order: FlightOrder) -> None:
        """Send an order with the next ones."""
        self._orders.setdefault(name, []).append(order)
        if order.kind in ENDS:
            self._flights[name].cut_short = True

    def problem(self, name: str, kind: str) -> str:
        """Return why an order makes no sense, as far as is known here, '' if it may."""
        if name not in self._flights:
            return (f"found vehicle '{name[:40]}', allowed for an order: "
                    f'{", ".join(self._flights)}')
        flight = self._flights[name]
        if kind == 'go':
            waits = flight.phase in (Phase.WAITING, Phase.UPLINKED) and flight.plan is not None
            return '' if waits else (
                f"{name} is '{flight.phase.value}', allowed: before its flight, with a plan")
        if kind == 'abort' and flight.phase is Phase.FLYING:
            return ''
        if kind == 'retarget' and flight.mode == 'ready':
            return ''
        if not flight.airborne:
            return f"{name} is '{flight.mode or 'silent'}', allowed: in flight"
        return ''

    def _known(self) -> Known:
        photographers = {name: flight.p_MB for name, flight in self._flights.items()
                         if flight.p_MB is not None and self.awaits_photo(name)}
        return Known(tuple(self._drives), photographers)

    def awaits_photo(self, name: str) -> bool:
        """Return whether a helicopter has a plan with a photo still to come."""
        flight = self._flights[name]
        return (flight.plan is not None and bool(flight.plan.photographed)
                and (flight.airborne or flight.mode == 'ready'))

    def _obeyed(self, t_ns: int, command: Command, source: str) -> tuple[str, str]:
        """Return a line for the log, and why it was refused, if it was."""
        who = f'{source}: {command.vehicle[:40]}'
        try:
            return f'{who}: {self._obey(t_ns, command)}', ''
        except ValueError as error:
            return f'{who}: refused: {error}', str(error)

    def _obey(self, t_ns: int, command: Command) -> str:
        """
        Obey one command and describe it.

        Raises
        ------
        ValueError
            It cannot be obeyed.

        """
        if command.drive_to is not None:
            return self._drive(t_ns, command.vehicle, command.drive_to)
        if command.goals:
            return self._fly(t_ns, command)
        assert command.order is not None
        if command.order == 'hold' and command.vehicle in self._drives:
            return self._drives[command.vehicle].cancel(command.reason or 'asked for')
        if problem := self.problem(command.vehicle, command.order):
            raise ValueError(f'{command.order}: {problem}')
        if command.order == 'go':
            self._flights[command.vehicle].go_now()
            return f'go: {command.reason or "asked for"}'
        change = (self._retarget(command.vehicle, command.retarget)
                  if command.retarget else None)
        self.order(command.vehicle, FlightOrder(
            command.order, command.reason or 'asked for', change))
        return f'{command.order}: {command.reason or "asked for"}' + (
            f', photo of {change.target}' if change else '')

    def _retarget(self, name: str, wish: RetargetSection) -> Retarget:
        position, azimuth = wish.position, wish.azimuth
        if position is None:
            vehicle = self._seen_by(name, wish.target)
            east, north = self._position_of(vehicle)
            position = (east, north, self._environment.terrain.height(east, north))
            azimuth = vehicle.azimuth
        window = None if wish.after is None or wish.before is None else (wish.after, wish.before)
        return Retarget(wish.photo, wish.target, position, azimuth, window)

    def _drive(self, t_ns: int, name: str, goal: tuple[float, float]) -> str:
        if name not in self._drives:
            raise ValueError(f"found vehicle '{name[:40]}', allowed for drive_to: "
                             f'{", ".join(self._drives) or "none, as there is no rover"}')
        former = self._drives[name].new_goal(t_ns, goal)
        return (f'drives to {goal[0]:g} m east, {goal[1]:g} m north'
                + (f', {former}' if former else ''))

    def _fly(self, t_ns: int, command: Command) -> str:
        name = command.vehicle
        if name not in self._flights:
            raise ValueError(f"found vehicle '{name[:40]}', allowed for goals: "
                             f'{", ".join(self._flights)}')
        former = self._flights[name]
        if former.mode not in TAKES_PLANS or former.phase is Phase.FLYING:
            raise ValueError(f"goals: {name} is '{former.mode or 'silent'}', allowed: on the "
                             'ground with rotors still; order return or land first')
        section = self._section(name, command, former, t_ns)
        for goal in command.goals:
            if isinstance(goal, Photograph):
                self._seen_by(name, goal.target)
                if 'rte' not in section.cameras:
                    raise ValueError(f'photograph: {name} carries no rte, allowed: other goals')
        prepared = prepare_goals(self._present(), section, self._environment, self._others(name))
        if prepared.no_go:
            raise ValueError(f'goals: no-go: {prepared.no_go}')
        self._flights[name] = Flight(prepared, former)
        replaces = former.phase in (Phase.WAITING, Phase.UPLINKED)
        return f'{len(command.goals)} goals' + (
            ', in place of the former ones' if replaces else '')

    def _section(
        self, name: str, command: Command, former: Flight, t_ns: int,
    ) -> HelicopterSection:
        """Return the helicopter with the goals, from where it stands now."""
        section = former.prepared.section
        here: dict[str, object] = {}
        if former.p_MB is not None and former.yaw is not None and former.mode == LANDED:
            here = {'position': former.stands_at, 'azimuth': azimuth_from_yaw(former.yaw)}
        return section.model_copy(update={
            **here, 'goals': command.goals, 'cruise': command.cruise, 'flight_plan': None,
            'start': max(0.0 if command.now else section.start, t_ns / SECOND_NS)})

    def _present(self) -> Scenario:
        """Return the scenario with the rovers where they are now."""
        return self._scenario.model_copy(update={'vehicles': tuple(
            vehicle.model_copy(update={'position': self._drives[vehicle.name].position})
            if isinstance(vehicle, RoverSection) else vehicle
            for vehicle in self._scenario.vehicles)})

    def _others(self, name: str) -> list[TimedFlight]:
        return [timed(flight.prepared, self._environment)
                for other, flight in self._flights.items()
                if other != name and flight.plan is not None and flight.phase in (
                    Phase.WAITING, Phase.UPLINKED, Phase.FLYING)]

    def _seen_by(self, name: str, target: str) -> HelicopterSection | RoverSection:
        """Find another vehicle, of which a helicopter shall take a photo: none sees itself."""
        others = [vehicle for vehicle in self._scenario.vehicles if vehicle.name != name]
        for vehicle in others:
            if vehicle.name == target:
                return vehicle
        raise ValueError(f"found target '{target[:40]}', allowed: "
                         f'{", ".join(vehicle.name for vehicle in others) or "none"}')

    def _position_of(self, vehicle: HelicopterSection | RoverSection) -> tuple[float, float]:
        if vehicle.name in self._drives:
            return self._drives[vehicle.name].position
        flight = self._flights[vehicle.name]
        if flight.p_MB is None:
            return vehicle.position
        east, north = flight.p_MB[:2].tolist()
        return east, north

# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""
The page of all interfaces, ``docs/interfaces.md``: what the code has, with what it means.

Names, types, QoS, nodes and parameters are those of :mod:`ingenuity_nodes.nodes.survey`; meaning,
unit, frame and rate are those of ``config/interfaces.yaml``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from ingenuity_nodes.graph.interface_notes import (
    HELICOPTER, interface_notes, InterfaceNotes, ROVER)
from ingenuity_nodes.nodes import survey
from ingenuity_nodes.nodes.survey import Endpoint, NodeParameter, Survey
from rcl_interfaces.msg import ParameterDescriptor
from rclpy.qos import DurabilityPolicy, QoSProfile, ReliabilityPolicy

INTRODUCTION = """\
# Interfaces

Written by `./ingenuity interfaces --write`; do not edit. Names, types, QoS, nodes and parameters
are read from the nodes, meanings from `config/interfaces.yaml`; `test/test_nodes_interfaces.py`
compares this page with both and with a live graph.

`<helicopter>` and `<rover>` are names of vehicles in a scenario, such as `ingenuity` and
`perseverance`. Names are those within a run: with `namespace:=mars` they lie below `/mars`, but
for `/clock`, `/tf` and `/tf_static`. Nodes are named by their kind. QoS is that of the publishers,
or of the subscribers where others publish: depth, `R` reliable or `B` best effort, `L` latched
(transient local) or `V` volatile. Rates are in simulated time unless they are of the wall. Every
node also publishes `/rosout` and `/parameter_events`.
"""
# Of every node of ROS: topics, and packages of services.
EVERYWHERE = '/rosout', '/parameter_events'
OF_EVERY_NODE = 'rcl_interfaces/', 'type_description_interfaces/'
OUTSIDE = '*others*'
MOST_NAMED = 6


class InterfaceError(ValueError):
    """Code and notes do not name the same interfaces; the text names those that differ."""


def page(found: Survey) -> str:
    """
    Write the page.

    Raises
    ------
    InterfaceError
        Something has no note, or a note is of nothing.

    """
    notes = interface_notes()
    lines = [INTRODUCTION]
    lines += ['## Topics', '', *_topics(found, notes), '']
    lines += ['## Services', '', *_services(found, notes), '']
    lines += ['Each node also has the services of its parameters (`~/set_parameters` and so on) '
              'and `~/get_type_description`.', '']
    lines += ['## Actions', '', *_actions(found, notes), '']
    lines += ['## Parameters', '',
              'Those that are marked *live* may be set in flight: the change takes effect at a '
              'tick, is in `/world/changes` and in `result.json`, and the run counts as not '
              'repeatable (but for the pace, on which no bit of a flight depends). All others are '
              'fixed at the start; setting one is refused with the reason.', '']
    lines += _parameters(found, notes)
    return '\n'.join(lines).rstrip() + '\n'


def in_general(name: str) -> str:
    """Write ``<helicopter>`` and ``<rover>`` for the vehicles of the survey."""
    for vehicle, general in ((survey.HELICOPTER, HELICOPTER), (survey.ROVER, ROVER)):
        if name == f'/{vehicle}' or name.startswith(f'/{vehicle}/'):
            return f'/{general}{name[len(vehicle) + 1:]}'
    return name


def own_topics(found: Survey) -> dict[str, list[Endpoint]]:
    """Give both ends of each topic that is ours, by its name in general."""
    ends: dict[str, list[Endpoint]] = {}
    for end in found.endpoints:
        if end.kind in ('publishes', 'subscribes') and end.name not in EVERYWHERE:
            ends.setdefault(in_general(end.name), []).append(end)
    return dict(sorted(ends.items()))


def own_services(found: Survey) -> dict[str, Endpoint]:
    """Give the services that are ours, by their names in general."""
    return {in_general(end.name): end for end in found.endpoints
            if end.kind == 'serves' and not end.type_name.startswith(OF_EVERY_NODE)}


def own_actions(found: Survey) -> dict[str, Endpoint]:
    """Give the actions, by their names in general."""
    return {in_general(end.name): end for end in found.endpoints if end.kind == 'acts'}


def qos_text(qos: QoSProfile) -> str:
    """Write a QoS as ``10 R V``."""
    reliable = 'R' if qos.reliability == ReliabilityPolicy.RELIABLE else 'B'
    latched = 'L' if qos.durability == DurabilityPolicy.TRANSIENT_LOCAL else 'V'
    return f'{qos.depth} {reliable} {latched}'


def _topics(found: Survey, notes: InterfaceNotes) -> Iterator[str]:
    ends = own_topics(found)
    known = {note.topic: note for note in notes.topics}
    for name in ends:    # of each camera alike
        _, truth, kind = name.partition('/truth/')
        if truth:
            about = next((note for note in notes.truth if note.topic == kind), None)
            if about:
                known[name] = about.model_copy(update={
                    'rate': 'each image, if asked for', 'frame': about.frame or 'of the camera'})
    _check('topics', ends, known)
    yield from _table('topic', 'type', 'meaning', 'unit', 'frame', 'rate', 'QoS', 'publishers',
                      'subscribers')
    for name, both in sorted(ends.items(), key=lambda item: _order(item[0])):
        offers = [end for end in both if end.kind == 'publishes']
        wants = [end for end in both if end.kind == 'subscribes']
        note = known[name]
        yield _row(f'`{name}`', f'`{_one_type(both)}`', note.meaning, note.unit, note.frame,
                   note.rate, _qos(offers or wants), _nodes(offers), _nodes(wants))


def _services(found: Survey, notes: InterfaceNotes) -> Iterator[str]:
    served, known = own_services(found), {note.service: note for note in notes.services}
    _check('services', served, known)
    yield from _table('service', 'type', 'meaning', 'node')
    for name in sorted(served, key=_order):
        yield _row(f'`{name}`', f'`{served[name].type_name}`', known[name].meaning,
                   _nodes([served[name]]))


def _actions(found: Survey, notes: InterfaceNotes) -> Iterator[str]:
    served, known = own_actions(found), {note.action: note for note in notes.actions}
    _check('actions', served, known)
    yield from _table('action', 'type', 'meaning', 'frame', 'node')
    for name in sorted(served, key=_order):
        yield _row(f'`{name}`', f'`{served[name].type_name}`', known[name].meaning,
                   known[name].frame, _nodes([served[name]]))


def _parameters(found: Survey, notes: InterfaceNotes) -> Iterator[str]:
    known = {note.parameter: note.meaning for note in notes.parameters}
    by_name: dict[str, list[NodeParameter]] = {}
    for one in found.parameters:
        by_name.setdefault(one.descriptor.name, []).append(one)
    nodes = {one.node for one in found.parameters}
    common = {name for name, many in by_name.items() if len(many) == len(nodes)}
    poor = [name for name, many in by_name.items()
            if not many[0].descriptor.description and name not in known]
    if poor:
        raise InterfaceError(f'parameters without meaning: {", ".join(poor)}')
    yield '### All nodes'
    yield ''
    yield from _parameter_table([by_name[name][0] for name in sorted(common)], known)
    for node in sorted(nodes, key=_order):
        mine = [one for one in found.parameters
                if one.node == node and one.descriptor.name not in common]
        if mine:
            yield ''
            yield f'### `{in_general(node)}`'
            yield ''
            yield from _parameter_table(mine, known)


def _parameter_table(
    parameters: Sequence[NodeParameter], known: Mapping[str, str],
) -> Iterator[str]:
    yield from _table('parameter', 'type', 'allowed', 'live', 'meaning [unit] (source)')
    for one in sorted(parameters, key=lambda one: one.descriptor.name):
        about = one.descriptor
        live = '' if about.read_only or about.name in known else 'live'
        yield _row(f'`{about.name}`', _type_of(one.value), _range(about), live,
                   known.get(about.name) or about.description)


def _range(about: ParameterDescriptor) -> str:
    for limits in (*about.floating_point_range, *about.integer_range):
        return f'{limits.from_value:g} to {limits.to_value:g}'
    return ''


def _type_of(value: object) -> str:
    if isinstance(value, (bool, int, float, str)):
        return {bool: 'bool', int: 'integer', float: 'double', str: 'string'}[type(value)]
    assert isinstance(value, Iterable)
    return f'{_type_of(next(iter(value), ""))} array'


def _order(name: str) -> tuple[bool, bool, str]:
    """Sort helicopters' names and rovers' behind those of the run."""
    return (ROVER in name or survey.ROVER in name,
            HELICOPTER in name or survey.HELICOPTER in name, name)


def _one_type(ends: Sequence[Endpoint]) -> str:
    names = sorted({end.type_name for end in ends})
    if len(names) != 1:
        raise InterfaceError(f'{ends[0].name}: found types {", ".join(names)}, allowed: one')
    return names[0]


def _qos(ends: Sequence[Endpoint]) -> str:
    return ', '.join(dict.fromkeys(qos_text(end.qos) for end in ends if end.qos))


def _nodes(ends: Sequence[Endpoint]) -> str:
    """Name the nodes; nobody of ours is somebody else, and nearly all are all."""
    names = sorted({in_general(end.node).rpartition('/')[2] for end in ends})
    return 'all' if len(names) > MOST_NAMED else ', '.join(names) or OUTSIDE


def _check(what: str, found: Iterable[str], known: Iterable[str]) -> None:
    unknown, gone = set(found) - set(known), set(known) - set(found)
    if unknown or gone:
        raise InterfaceError('; '.join(filter(None, [
            unknown and f'{what} that config/interfaces.yaml lacks: {", ".join(sorted(unknown))}',
            gone and f'{what} that no node has: {", ".join(sorted(gone))}'])))


def _table(*heads: str) -> Iterator[str]:
    yield _row(*heads)
    yield '|' + '|'.join(' --- ' for _ in heads) + '|'


def _row(*cells: str) -> str:
    return '| ' + ' | '.join(cell.replace('|', '\\|').replace('<', '&lt;') if '`' not in cell
                             else cell for cell in cells) + ' |'

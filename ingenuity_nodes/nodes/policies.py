# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""
Who may do what in the ROS graph of a run: a policy for SROS 2, made of the nodes themselves.

Each process has an enclave of its name and may do what :mod:`ingenuity_nodes.nodes.survey` found
that it does, nothing else. Nobody of ours calls a service or an action, nor publishes an order
from outside: that is the enclave ``/operator``; ``/viewer`` may look at everything and touch
nothing.

References
----------
R. White, K. Fabbri, "ROS 2 Access Control Policies", design.ros2.org; version 0.2.0 of the policy
format as sros2 0.13 reads it.

"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from xml.etree import ElementTree

from ingenuity_nodes.graph.names import Names
from ingenuity_nodes.nodes.survey import Survey

VERSION = '0.2.0'
OPERATOR, VIEWER, RECORDER = '/operator', '/viewer', '/recorder'
# Of every node, made by ROS itself below what the survey can read.
ALL_PUBLISH = '/rosout', '/parameter_events'
ALL_SUBSCRIBE = '/clock', '/parameter_events'
# What an enclave may do: element of the list and of its entries, attribute.
RIGHTS = {
    'publishes': ('topics', 'topic', 'publish'),
    'subscribes': ('topics', 'topic', 'subscribe'),
    'serves': ('services', 'service', 'reply'),
    'requests': ('services', 'service', 'request'),
    'acts': ('actions', 'action', 'execute'),
    'calls': ('actions', 'action', 'call'),
}
Rights = dict[str, set[str]]    # names on the network, by a key of RIGHTS


def policy(found: Survey, namespace: str = '') -> str:
    """
    Write the policy of a run.

    Parameters
    ----------
    found
        What the nodes of its scenario offer and ask for, with names within the run.
    namespace
        In which the run is, as ``mars``.

    Returns
    -------
    str
        XML in sros2's schema, version 0.2.0.

    """
    names = Names(f'/{namespace.strip("/")}' if namespace.strip('/') else '')
    root = ElementTree.Element('policy', version=VERSION)
    enclaves = ElementTree.SubElement(root, 'enclaves')
    for enclave, rights in sorted(rights_of(found).items()):
        _write_enclave(enclaves, names.on_network(enclave), {
            right: sorted(map(names.on_network, some)) for right, some in rights.items()})
    ElementTree.indent(root)
    text = ElementTree.tostring(root, encoding='unicode')
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{text}\n'


def rights_of(found: Survey) -> dict[str, Rights]:
    """Give what each enclave may do, by names within the run."""
    nodes: dict[str, Rights] = {}
    for end in found.endpoints:
        mine = nodes.setdefault(end.node, {
            'publishes': set(ALL_PUBLISH), 'subscribes': set(ALL_SUBSCRIBE)})
        mine.setdefault(end.kind, set()).add(end.name)
    topics = _all(nodes, 'publishes', 'subscribes')
    if RECORDER in nodes:    # it subscribes to what it finds
        nodes[RECORDER]['subscribes'] |= topics
    return {**nodes, **_people(nodes, topics)}


def _people(nodes: Mapping[str, Rights], topics: set[str]) -> dict[str, Rights]:
    """Give the rights of those who are no node of the run."""
    orders = topics - _all(nodes, 'publishes')    # nobody of ours sends them
    viewer = {'publishes': set(ALL_PUBLISH), 'subscribes': set(topics)}
    operator = {'publishes': {*ALL_PUBLISH, *orders}, 'subscribes': set(topics),
                'requests': _all(nodes, 'serves'), 'calls': _all(nodes, 'acts')}
    return {VIEWER: viewer, OPERATOR: operator}


def _all(nodes: Mapping[str, Rights], *kinds: str) -> set[str]:
    return {name for rights in nodes.values() for kind in kinds for name in rights.get(kind, ())}


def _write_enclave(
    parent: ElementTree.Element, path: str, rights: Mapping[str, Iterable[str]],
) -> None:
    """Write one enclave with one profile, that of its node."""
    above, _, node = path.rpartition('/')
    enclave = ElementTree.SubElement(parent, 'enclave', path=path)
    profiles = ElementTree.SubElement(enclave, 'profiles')
    profile = ElementTree.SubElement(profiles, 'profile', ns=above or '/', node=node)
    for right, (many, one, attribute) in RIGHTS.items():
        if some := list(rights.get(right, ())):
            entries = ElementTree.SubElement(profile, many, {attribute: 'ALLOW'})
            for name in some:
                ElementTree.SubElement(entries, one).text = name

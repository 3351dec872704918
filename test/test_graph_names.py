# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""A run may be in any namespace: within it, the names are the same."""

from ingenuity_nodes.graph.names import Names, ONCE
import pytest

ROOTS = ['', '/mars', '/lab/two', '/ingenuity']


@pytest.mark.parametrize('root', ROOTS)
@pytest.mark.parametrize('name', ['/world/tick', '/ingenuity/odometry', '/ingenuity', '/clock'])
def test_a_name_comes_back_from_the_network_as_it_went(root, name):
    names = Names(root)
    assert names.within(names.on_network(name)) == name
    assert names.is_of_run(names.on_network(name))


@pytest.mark.parametrize('root', ROOTS)
def test_every_node_of_a_run_finds_the_same_root(root):
    vehicles = {'ingenuity', 'perseverance'}
    assert Names.of_node(root or '/') == Names(root)
    for vehicle in vehicles:
        assert Names.of_node(f'{root}/{vehicle}', vehicles) == Names(root)


def test_a_vehicle_node_that_is_started_without_a_namespace_is_at_the_root():
    assert Names.of_node('/', {'ingenuity'}) == Names()


def test_no_name_of_one_run_is_one_of_another():
    one, two = Names('/one'), Names('/two')
    assert not one.is_of_run(two.on_network('/world/tick'))
    assert not one.is_of_run('/one_more/world/tick')


def test_there_is_one_clock_and_one_tree_of_frames_in_a_domain():
    assert {'/clock', '/tf', '/tf_static'} <= ONCE
    for name in ONCE:
        assert Names('/mars').on_network(name) == name


def test_relative_names_stay_below_their_node():
    assert Names('/mars').on_network('navcam/image_raw') == 'navcam/image_raw'

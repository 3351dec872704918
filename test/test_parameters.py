# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""Parameters: overrides by name, with what was found and what is allowed."""

from dataclasses import dataclass, field

from ingenuity_nodes.parameters import ParameterError, quantity, try_overrides, with_overrides
import pytest


@dataclass(frozen=True)
class Inner:
    """A section."""

    mass: float = quantity(1.8, 'kg', 'all of it', low=0.1, high=10.0, source='NASA')
    count: int = quantity(4, '1', 'legs', low=3, high=8, source='NASA', former='feet')


@dataclass(frozen=True)
class Outer:
    """One of each kind."""

    inner: Inner = field(default_factory=Inner)
    offset: tuple[float, float] = quantity(
        (0.0, 0.0), 'm', 'right and up', low=-1.0, high=1.0, source='test')
    on: bool = quantity(True, '1', 'switch', source='test')
    name: str = quantity('navcam', '1', 'label', source='test')


def refusal(overrides):
    with pytest.raises(ParameterError) as caught:
        with_overrides(Outer(), overrides)
    return caught.value


def test_without_overrides_nothing_changes():
    assert with_overrides(Outer(), {}) == Outer()


def test_an_override_changes_its_field_and_no_other():
    changed = with_overrides(Outer(), {'inner': {'mass': 2.0}})
    assert changed == Outer(inner=Inner(mass=2.0))


def test_a_whole_number_may_stand_for_a_real_one_but_becomes_one():
    mass = with_overrides(Outer(), {'inner': {'mass': 2}}).inner.mass
    assert isinstance(mass, float)


def test_a_list_from_yaml_becomes_a_tuple_of_the_right_numbers():
    assert with_overrides(Outer(), {'offset': [1, 0]}).offset == (1.0, 0.0)


def test_the_former_name_of_a_parameter_is_accepted_but_not_beside_the_new_one():
    assert with_overrides(Outer(), {'inner': {'feet': 5}}).inner.count == 5
    assert refusal({'inner': {'feet': 9}}).key == 'inner.feet'
    assert "given twice, also as 'count'" in str(refusal({'inner': {'count': 4, 'feet': 5}}))


def test_limits_belong_to_what_is_allowed():
    assert with_overrides(Outer(), {'inner': {'mass': 10.0}}).inner.mass == 10.0


@pytest.mark.parametrize('overrides, key, words', [
    ({'inner': {'mas': 2.0}}, 'inner.mas', "unknown parameter, did you mean 'mass'?"),
    ({'zebra': 1}, 'zebra', 'allowed: inner, offset, on, name'),
    ({'inner': {'mass': -2.0}}, 'inner.mass', 'found -2.0, allowed: 0.1 to 10 kg'),
    ({'inner': {'mass': '2 kg'}}, 'inner.mass', "found '2 kg', allowed: a number, 0.1 to 10 kg"),
    ({'inner': {'mass': True}}, 'inner.mass', 'found True, allowed: a number'),
    ({'inner': {'mass': float('nan')}}, 'inner.mass', 'found nan, allowed: a number'),
    ({'inner': {'mass': None}}, 'inner.mass', 'found None, allowed: a number'),
    ({'inner': {'count': 4.5}}, 'inner.count', 'found 4.5, allowed: a whole number, 3 to 8'),
    ({'inner': 2.0}, 'inner', 'found 2.0, allowed: a mapping'),
    ({'offset': [0.0]}, 'offset', 'found [0.0], allowed: 2 numbers'),
    ({'offset': [0.0, 5.0]}, 'offset', 'found 5.0, allowed: -1 to 1 m'),
    ({'offset': 1.0}, 'offset', 'found 1.0, allowed: 2 numbers'),
    ({'on': 1}, 'on', 'found 1, allowed: true or false'),
    ({'name': 5}, 'name', 'found 5, allowed: a text'),
    ({5: 5}, '5', 'unknown parameter'),
])
def test_a_wrong_override_is_refused_with_its_key_and_what_is_allowed(overrides, key, words):
    error = refusal(overrides)
    assert error.key == key
    assert words in error.message
    assert str(error) == f'{key}: {error.message}'


def test_all_mistakes_are_found_at_once():
    _, mistakes = try_overrides(Outer(), {'on': 1, 'inner': {'mass': -1.0, 'legs': 4}})
    assert [mistake.key for mistake in mistakes] == ['on', 'inner.mass', 'inner.legs']

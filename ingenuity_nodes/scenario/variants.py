# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""A scenario flown otherwise than its file says."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ingenuity_nodes.scenario.sections import current_features, HelicopterSection, Scenario


def with_features(scenario: Scenario, features: str) -> Scenario:
    """
    Let all helicopters navigate by ``geometry`` or ``images``; '' leaves the file's.

    Those without a navigation camera can have geometry only.
    """
    features = current_features(features)
    return _each_helicopter(scenario, lambda vehicle: {'features': features} if features and (
        features != 'images' or 'navcam' in vehicle.cameras) else {})


def as_in_live_graph(scenario: Scenario) -> Scenario:
    """Decide the features that the file leaves to us, for a graph of live nodes."""
    return _each_helicopter(scenario, lambda vehicle: {'features': 'images'} if (
        vehicle.features == 'auto' and 'navcam' in vehicle.cameras) else {})


def _each_helicopter(
    scenario: Scenario, change: Callable[[HelicopterSection], dict[str, Any]],
) -> Scenario:
    vehicles = tuple(
        vehicle.model_copy(update=change(vehicle))
        if isinstance(vehicle, HelicopterSection) else vehicle for vehicle in scenario.vehicles)
    return scenario.model_copy(update={'vehicles': vehicles})


def with_software(scenario: Scenario, software: str) -> Scenario:
    """Give all helicopters flight software of one age; '' leaves the file's."""
    if not software:
        return scenario

    def change(vehicle: HelicopterSection) -> dict[str, Any]:
        computer = {**vehicle.overrides.get('computer', {}), 'software': software}
        return {'overrides': {**vehicle.overrides, 'computer': computer}}
    return _each_helicopter(scenario, change)

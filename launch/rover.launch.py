# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""Start the nodes of one rover, to join a run that is started elsewhere."""

from ingenuity_nodes.nodes.launching import vehicle_description


def generate_launch_description():
    """Start one rover with its base station and mast camera."""
    return vehicle_description(__file__, 'rover')

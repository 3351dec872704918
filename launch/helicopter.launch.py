# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""Start the nodes of one helicopter, to join a run that is started elsewhere."""

from ingenuity_nodes.nodes.launching import vehicle_description


def generate_launch_description():
    """Start flight computer, cameras and vision of one helicopter."""
    return vehicle_description(__file__, 'helicopter')

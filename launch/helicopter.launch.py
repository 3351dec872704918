# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""One helicopter: flight computer, cameras and vision, to join a run that is started elsewhere."""

from ingenuity_nodes.nodes.launching import vehicle_description


def generate_launch_description():
    """Describe what to start."""
    return vehicle_description('helicopter')

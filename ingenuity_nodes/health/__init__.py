# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""Monitors of sensors, actuators and power train, as the flight computer sees them."""

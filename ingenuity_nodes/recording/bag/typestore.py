# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""The message types that bags are written and read with."""

from __future__ import annotations

from rosbags.typesys import get_typestore, Stores

TYPES = get_typestore(Stores.ROS2_KILTED)   # all standard messages, tf2_msgs among them

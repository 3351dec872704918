# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""NASA's Ingenuity helicopter, flying on Mars in ROS 2."""

__version__ = '0.1.0'

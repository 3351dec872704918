# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""ROS 2 nodes: the only room that imports ROS."""

# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""Shapes of the robots: parts, links and joints, and their URDF."""

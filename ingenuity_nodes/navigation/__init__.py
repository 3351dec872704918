# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""From measurements to an estimate of position, velocity and attitude."""

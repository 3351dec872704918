# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""What the aircraft measures: inertial sensor, altimeter, inclinometer."""

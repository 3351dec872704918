# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""From estimate and setpoint to blade angles."""

# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""What the flight computer notices of its own sensors and machinery."""

# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""Mars: gravity, air, wind, sun, terrain and rocks."""

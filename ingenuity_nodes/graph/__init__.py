# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""Which processes a scenario needs, how they start, and how they keep step."""

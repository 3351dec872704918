# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""Faults of the equipment: one catalogue, injected at the seams between the stages."""

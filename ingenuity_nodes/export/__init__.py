# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""Flights for other people's tools, and filters of other people on our flights."""

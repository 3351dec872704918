# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""Perseverance: drive, mast, base station."""

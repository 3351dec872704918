# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""YAML files that people write, checked with line and column."""

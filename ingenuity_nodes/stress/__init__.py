# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""Live flights that are given a hard time on purpose, and what is expected of them."""

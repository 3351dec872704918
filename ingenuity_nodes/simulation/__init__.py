# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""All participants of a scenario in one process."""

# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""The report of a run: one page for the browser."""

# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""Photo processing: predict and find the target, crop, annotate, metadata."""

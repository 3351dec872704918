# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""Write, read and repair bags."""

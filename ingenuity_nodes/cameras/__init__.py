# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""Camera models, the drawn scene, the photograph."""

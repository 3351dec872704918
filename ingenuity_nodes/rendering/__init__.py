# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""Drawing what cameras see, with OpenGL."""

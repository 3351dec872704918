# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""What is made of a photo: the target found, zoomed, annotated, told of."""

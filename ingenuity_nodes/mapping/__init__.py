# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""The ground as a helicopter saw it from the air: heights and hazards."""

# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""From a flight plan to setpoints: trajectory and flight modes."""

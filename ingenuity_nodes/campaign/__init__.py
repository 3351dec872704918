# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""Many flights: dispersions, Monte Carlo, faults, validation against the flight log."""

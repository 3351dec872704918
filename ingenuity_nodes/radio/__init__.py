# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""The radio between helicopters and a base station: frames, channel, files, telemetry."""

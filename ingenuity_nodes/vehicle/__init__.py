# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""The aircraft: rotors, rigid body, landing gear, actuators, battery."""

# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""
Messages are born and read here, and nowhere else.

Stamps, frame ids, covariance flags, quaternion order and the frame of a twist are decided in this
room. Numbers that a participant of the lockstep needs go through without loss.
"""

# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""Runs in Rerun's viewer: what its messages become, how they are laid out, how they are served."""

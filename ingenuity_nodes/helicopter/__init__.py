# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""One helicopter: aircraft and flight computer, stepped together."""

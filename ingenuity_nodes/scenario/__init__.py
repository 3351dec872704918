# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""A scenario as people write it: sections, loading, variants, the environment it describes."""

# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""What the sections of all files that people write have in common."""

from __future__ import annotations

from typing import Annotated, TypeVar

from pydantic import BaseModel, ConfigDict, Strict

T = TypeVar('T')
# A list, as YAML has it, becomes a tuple.
Row = Annotated[tuple[T, ...], Strict(False)]


class Section(BaseModel):
    """A frozen mapping that refuses keys it does not know."""

    # Strict: neither 'yes' nor '5' is a number.
    model_config = ConfigDict(frozen=True, extra='forbid', allow_inf_nan=False, strict=True)

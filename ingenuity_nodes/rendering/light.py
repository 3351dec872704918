# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""Sun, dusty sky and haze of a scene, as uniforms for the shaders."""

from __future__ import annotations

import math

from ingenuity_nodes.rendering.ground_texture_cache import LUMINANCE
from ingenuity_nodes.rendering.scene import Scene
from ingenuity_nodes.world.sun import Sun
import numpy as np

Colour = tuple[float, float, float]
DUST_DEPTH = 0.35        # optical depth of the dust (assumed: 0.3 to 0.5 at the time)
HAZE_LENGTH = 20_000.0  # [m] to 1/e (assumed: dust depth of 0.5 over a scale height of 10 km)
LOW_SUN = math.radians(25.0)   # [rad] ripples, the steepest ground, are flatter (assumed relief)
ROCK_SHADOW = 7      # texture unit
_STEPS = 13.0         # of the ray toward the sun, each twice the one before: 0.2 m to 800 m


def light_uniforms(scene: Scene) -> dict[str, object]:
    """Return the uniforms of every shader that lights something."""
    sun = scene.sun
    return {
        'sunDir': tuple(sun.direction_M), 'sunColour': sunlight(sun), 'skyColour': skylight(sun),
        'hazeLength': HAZE_LENGTH, 'gain': automatic_gain(sun),
        'sunSteps': sun_steps(sun.elevation),
        'rockShadow': ROCK_SHADOW,    # always: two kinds of samplers on one unit draw nothing
        'bareSand': scene.terrain.parameters.bare_sand,
        'greyOnly': 0.0, 'onTop': 0.0, 'label': 1.0}


def sun_steps(elevation: float) -> float:
    """Return the number of steps toward the sun that may hit shading ground; 0 for a high sun."""
    return _STEPS if elevation < LOW_SUN else 0.0


def sunlight(sun: Sun) -> Colour:
    """Return the direct light, 1 for red under the overhead sun; dust absorbs more of the blue."""
    up = max(float(sun.direction_M[2]), 0.05)
    left = math.exp(-DUST_DEPTH * (1.0 / up - 1.0))
    return (left, 0.955 * left ** 1.10, 0.89 * left ** 1.25)


def skylight(sun: Sun) -> Colour:
    """Return the light of the whole dusty sky on level ground."""
    scale = 0.12 + 0.88 * max(float(sun.direction_M[2]), 0.0)
    return (0.300 * scale, 0.232 * scale, 0.165 * scale)


def automatic_gain(sun: Sun) -> float:
    """Return the gain of the automatic exposure; 1 under the overhead sun."""
    light = sunlight(sun)[1] * max(float(sun.direction_M[2]), 0.05) + skylight(sun)[1]
    # Less than full compensation: images under a low sun should be darker.
    return float(min(6.0, (1.187 / light) ** 0.8))


def sky_fraction(sun: Sun) -> float:
    """Return the fraction of light left in full shadow on level ground, for the grey camera."""
    sky = float(np.dot(skylight(sun), LUMINANCE))
    direct = float(np.dot(sunlight(sun), LUMINANCE)) * float(sun.direction_M[2])
    return sky / (sky + max(direct, 1e-6))

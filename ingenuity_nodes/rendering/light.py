# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""Sun, dusty sky and haze of a scene, as numbers for the shaders."""

from __future__ import annotations

import math

from ingenuity_nodes.rendering.aerial_layer import LUMINANCE
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
    """Give what every shader that lights something needs."""
    sun = scene.sun
    return {
        'sunDir': tuple(sun.direction_M), 'sunColour': sunlight(sun), 'skyColour': skylight(sun),
        'hazeLength': HAZE_LENGTH, 'gain': automatic_gain(sun),
        'sunSteps': sun_steps(sun.elevation),
        'rockShadow': ROCK_SHADOW,    # always: two kinds of samplers on one unit draw nothing
        'bareSand': scene.terrain.parameters.bare_sand,
        'greyOnly': 0.0, 'onTop': 0.0, 'label': 1.0}


def sun_steps(elevation: float) -> float:
    """Say how many steps toward the sun may meet ground that shades; none under a high sun."""
    return _STEPS if elevation < LOW_SUN else 0.0


def sunlight(sun: Sun) -> Colour:
    """Direct light, 1 for red under the overhead sun; dust takes more blue, and low sun more."""
    up = max(float(sun.direction_M[2]), 0.05)
    left = math.exp(-DUST_DEPTH * (1.0 / up - 1.0))
    return (left, 0.955 * left ** 1.10, 0.89 * left ** 1.25)


def skylight(sun: Sun) -> Colour:
    """Light of the whole dusty sky on level ground."""
    share = 0.12 + 0.88 * max(float(sun.direction_M[2]), 0.0)
    return (0.300 * share, 0.232 * share, 0.165 * share)


def automatic_gain(sun: Sun) -> float:
    """Brighten as the light on level ground fades; 1 under the overhead sun."""
    light = sunlight(sun)[1] * max(float(sun.direction_M[2]), 0.05) + skylight(sun)[1]
    return float(min(6.0, (1.187 / light) ** 0.8))  # short of full: late light should look late


def sky_share(sun: Sun) -> float:
    """Light that is left in full shadow on level ground, as the grey camera sees it."""
    sky = float(np.dot(skylight(sun), LUMINANCE))
    direct = float(np.dot(sunlight(sun), LUMINANCE)) * float(sun.direction_M[2])
    return sky / (sky + max(direct, 1e-6))

# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""
Ingenuity in parts, in its body frame: x forward, y left, z up.

Sizes from NASA fact sheets, nasa-jpl/m2020-urdf-models (feet, rotor planes) and
NASA/TM-20240001510 (blades); colours and the way from body to foot are judged from photographs
(assumed).
"""

from __future__ import annotations

import math

from ingenuity_nodes.robots.parts import Link, Part, Robot, rod, Triple

BLACK: Triple = (0.022, 0.022, 0.023)
CARBON: Triple = (0.040, 0.038, 0.036)
FOIL: Triple = (0.30, 0.25, 0.19)
SILVER: Triple = (0.45, 0.44, 0.42)
BLUE: Triple = (0.030, 0.038, 0.070)
PALE: Triple = (0.55, 0.52, 0.47)
SOLE_COLOUR: Triple = (0.20, 0.15, 0.11)

FOOT = 0.293             # [m] foot centres at (+-FOOT, +-FOOT)
SOLE = -0.266            # [m] height of the soles in the body
ROTORS = {'upper_rotor': 0.160, 'lower_rotor': 0.061}  # [m] height of the rotor planes in the body
RADIUS = 0.605           # [m]
# r/R, c/R, twist [deg] at the middle of each blade piece (NASA/TM-20240001510 table 2)
BLADE = ((0.135, 0.080, 17.0), (0.225, 0.158, 17.4), (0.32, 0.200, 15.0), (0.415, 0.192, 11.2),
         (0.51, 0.167, 8.8), (0.605, 0.146, 6.7), (0.70, 0.130, 5.0), (0.795, 0.116, 3.4),
         (0.885, 0.099, 2.0), (0.965, 0.063, 0.7))
_PIECE = 0.095           # [R] length of one piece


def ingenuity() -> Robot:
    """Build the helicopter."""
    links = (Link('base_link', ''), *(Link(name, 'base_link',
                                           (0.0, 0.0, height), joint=f'{name}_joint')
                                      for name, height in ROTORS.items()),
             )
    return Robot('ingenuity', links, (*_fuselage(), *_legs(), *_rotors()))


def _fuselage() -> list[Part]:
    link = 'base_link'
    return [
        Part('fuselage', link, 'box', (0.20, 0.14, 0.16), (0.0, 0.0, -0.055), colour=FOIL,
             gloss=0.25),
        Part('leg_plate', link, 'box', (0.17, 0.17, 0.02), (0.0, 0.0, 0.022), colour=CARBON),
        Part('mast_tube', link, 'cylinder', (0.022, 0.26, 0.0), (0.0, 0.0, 0.12), colour=SILVER,
             gloss=0.2),
        Part('lower_swashplate', link, 'cylinder', (0.042, 0.035, 0.0), (0.0, 0.0, 0.085),
             colour=CARBON),
        Part('upper_swashplate', link, 'cylinder', (0.042, 0.035, 0.0), (0.0, 0.0, 0.135),
             colour=CARBON),
        Part('solar_panel', link, 'box', (0.425, 0.165, 0.012), (0.0, 0.0, 0.215), colour=BLUE,
             gloss=0.5),
        Part('antenna_foot', link, 'cylinder', (0.02, 0.02, 0.0), (0.0, 0.0, 0.230),
             colour=CARBON),
        rod('antenna', link, (0.0, 0.0, 0.215), (0.0, 0.0, 0.290), 0.0015, SILVER),
    ]


def _legs() -> list[Part]:
    parts = []
    for x in (1.0, -1.0):
        for y in (1.0, -1.0):
            name = f'{"front" if x > 0 else "rear"}_{"left" if y > 0 else "right"}'
            knee = (0.19 * x, 0.19 * y, -0.115)
            parts += [
                rod(f'{name}_thigh', 'base_link', (0.075 * x, 0.075 * y, 0.022), knee, 0.0105,
                    CARBON, gloss=0.12),
                rod(f'{name}_shin', 'base_link', knee, (FOOT * x, FOOT * y, SOLE + 0.012), 0.0085,
                    CARBON, gloss=0.12),
                Part(f'{name}_foot', 'base_link', 'cylinder', (0.0175, 0.007, 0.0),
                     (FOOT * x, FOOT * y, SOLE + 0.0035), colour=SOLE_COLOUR),
            ]
    return parts


def _rotors() -> list[Part]:
    """Build two blades on each rotor; the upper one turns counter-clockwise seen from above."""
    parts = []
    for name in ROTORS:
        sense = 1.0 if name.startswith('upper') else -1.0
        parts.append(
            Part(f'{name}_hub', name, 'cylinder', (0.045, 0.03, 0.0), (0.0, 0.0, 0.0),
                 colour=CARBON))
        for blade in (0, 1):
            yaw = math.pi * blade
            for k, (r, chord, twist_deg) in enumerate(BLADE):
                size = (_PIECE * RADIUS, chord * RADIUS, 0.006 + 0.012 * (k == 0))
                centre = (r * RADIUS * math.cos(yaw), r * RADIUS * math.sin(yaw), 0.0)
                tilt = sense * math.radians(twist_deg)
                colour = PALE if k == len(BLADE) - 1 else BLACK
                parts.append(
                    Part(f'{name}_blade_{blade}_{k}', name, 'box', size, centre, (tilt, 0.0, yaw),
                         colour, 0.1))
    return parts

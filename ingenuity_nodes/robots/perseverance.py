# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""
Perseverance in parts, origin on the ground under its middle, x forward, y left, z up.

Own geometry from NASA's published dimensions: 3 m long, 2.7 m wide, 2.2 m high, six wheels of
0.526 m; everything in between is judged from photographs (assumed).
"""

from __future__ import annotations

from dataclasses import replace
import math

from ingenuity_nodes.robots.parts import Link, Part, Robot, rod, Triple
from ingenuity_nodes.rover.joints import bogie_joint, rocker_joint, steering_joint, wheel_joint
from ingenuity_nodes.rover.mast import AZIMUTH, ELEVATION, FOOT, HEAD
from ingenuity_nodes.rover.suspension import (
    BOGIE_PIVOT, ROCKER_PIVOT, SIDES, WHEEL_RADIUS, WHEEL_WIDTH, WHEELS)

WHITE: Triple = (0.88, 0.88, 0.88)
PALE: Triple = (0.72, 0.72, 0.72)
GREY: Triple = (0.27, 0.27, 0.275)
SILVER: Triple = (0.50, 0.50, 0.50)
DARK: Triple = (0.075, 0.073, 0.072)
BLACK: Triple = (0.025, 0.025, 0.027)
GOLD: Triple = (0.52, 0.36, 0.13)
COPPER: Triple = (0.40, 0.22, 0.11)


def perseverance() -> Robot:
    """Build the rover."""
    links = [Link('base_link', '')]
    parts = [*_body(), *_deck(), *_generator(), *_front()]
    for side, sign in SIDES.items():
        links += _moving(side, sign)
        parts += _suspension(side, sign)
        for axle in WHEELS:
            parts += _wheel(f'{axle}_{side}_wheel', sign)
    links += [
        Link('mast', 'base_link', FOOT, joint=AZIMUTH),
        Link('mast_head', 'mast', HEAD, joint=ELEVATION, axis=(0.0, 1.0, 0.0)),
        Link('antenna', 'base_link', (-0.42, 0.52, 1.38), (0.0, 0.55, 2.4), 'antenna_joint'),
    ]
    return Robot('perseverance', tuple(links), tuple(parts + _mast() + _antenna()))


def _moving(side: str, sign: float) -> list[Link]:
    """List rocker, bogie, steered forks and wheels of one side, each at its pivot."""
    across = (0.0, 1.0, 0.0)
    rocker, bogie = f'rocker_{side}', f'bogie_{side}'
    links = [
        Link(rocker, 'base_link', _pivot(ROCKER_PIVOT, sign), joint=rocker_joint(side),
             axis=across),
        Link(bogie, rocker, _from_to(_pivot(ROCKER_PIVOT, sign), _pivot(BOGIE_PIVOT, sign)),
             joint=bogie_joint(side), axis=across),
    ]
    for axle, (x, y) in WHEELS.items():
        arm, pivot = (rocker, ROCKER_PIVOT) if axle == 'front' else (bogie, BOGIE_PIVOT)
        wheel = (x, sign * y, WHEEL_RADIUS)
        offset = _from_to(_pivot(pivot, sign), wheel)
        if axle != 'middle':    # the wheel steers about the vertical through its middle
            fork = f'{axle}_{side}_fork'
            links.append(Link(fork, arm, offset, joint=steering_joint(axle, side)))
            arm, offset = fork, (0.0, 0.0, 0.0)
        links.append(Link(f'{axle}_{side}_wheel', arm, offset, joint=wheel_joint(axle, side),
                          axis=across))
    return links


def _pivot(position: Triple, sign: float) -> Triple:
    return (position[0], sign * position[1], position[2])


def _from_to(start: Triple, end: Triple) -> Triple:
    return (end[0] - start[0], end[1] - start[1], end[2] - start[2])


def _box(name: str, size: Triple, xyz: Triple, colour: Triple, *, gloss: float = 0.0,
         rpy: Triple = (0.0, 0.0, 0.0), link: str = 'base_link') -> Part:
    return Part(name, link, 'box', size, xyz, rpy, colour, gloss)


def _body() -> list[Part]:
    parts = [
        _box('warm_electronics_box', (1.62, 1.10, 0.42), (0.10, 0.0, 0.85), PALE, gloss=0.05),
        _box('belly', (1.50, 0.96, 0.06), (0.08, 0.0, 0.62), GREY),
        _box('deck', (1.80, 1.36, 0.035), (0.06, 0.0, 1.085), WHITE, gloss=0.05),
        _box('rear_panel', (0.03, 0.98, 0.36), (-0.73, 0.0, 0.86), GREY),
        _box('belly_radar', (0.20, 0.42, 0.10), (-0.55, 0.15, 0.58), GOLD, gloss=0.25),
        _box('front_panel', (0.03, 0.86, 0.36), (0.925, 0.05, 0.86), WHITE, gloss=0.05),
        _box('caching_door', (0.02, 0.40, 0.22), (0.945, -0.10, 0.82), DARK),
    ]
    for side, sign in SIDES.items():
        parts += [
            _box(f'side_panel_{side}', (0.62, 0.03, 0.28), (0.42, sign * 0.56, 0.88), WHITE,
                 gloss=0.05),
            _box(f'side_radiator_{side}', (0.52, 0.035, 0.24), (-0.32, sign * 0.56, 0.88), PALE,
                 gloss=0.1),
            _box(f'side_harness_{side}', (1.20, 0.04, 0.04), (0.06, sign * 0.585, 1.04), COPPER,
                 gloss=0.1),
            _box(f'side_box_{side}', (0.20, 0.09, 0.16), (0.02, sign * 0.60, 0.80), DARK),
            _box(f'deck_rim_{side}', (1.76, 0.03, 0.05), (0.06, sign * 0.67, 1.12), SILVER,
                 gloss=0.15),
        ]
    return parts


def _deck() -> list[Part]:
    parts = [
        _box('computer_cover', (0.46, 0.40, 0.09), (0.20, 0.10, 1.145), WHITE, gloss=0.05),
        _box('imu_cover', (0.24, 0.30, 0.07), (-0.20, -0.32, 1.135), PALE, gloss=0.05),
        _box('organics_lab', (0.34, 0.34, 0.11), (0.62, 0.18, 1.155), PALE, gloss=0.05),
        _box('deck_cable', (0.90, 0.03, 0.03), (0.0, -0.18, 1.117), COPPER),
        _box('nameplate', (0.24, 0.03, 0.10), (-0.05, -0.69, 1.03), BLACK, gloss=0.2),
        _box('calibration_target', (0.10, 0.10, 0.05), (0.05, -0.45, 1.13), DARK),
        _box('differential_bar', (0.07, 1.62, 0.05), (0.14, 0.0, 1.22), SILVER, gloss=0.2),
        Part('differential_pivot', 'base_link', 'cylinder', (0.06, 0.12, 0.0), (0.14, 0.0, 1.17),
             colour=GREY),
        Part('uhf_antenna', 'base_link', 'cylinder', (0.085, 0.30, 0.0), (-0.62, -0.42, 1.25),
             colour=WHITE),
        Part('uhf_antenna_cap', 'base_link', 'cylinder', (0.06, 0.05, 0.0), (-0.62, -0.42, 1.42),
             colour=PALE),
        Part('low_gain_antenna', 'base_link', 'cylinder', (0.045, 0.14, 0.0), (-0.66, 0.18, 1.17),
             colour=PALE),
        Part('base_station_antenna', 'base_link', 'cylinder', (0.012, 0.26, 0.0),
             (-0.66, 0.02, 1.22), colour=DARK),
        Part('rimfax_mount', 'base_link', 'cylinder', (0.05, 0.10, 0.0), (-0.35, 0.50, 1.15),
             colour=GREY),
    ]
    for k, y in enumerate((-0.52, 0.44)):
        parts.append(
            rod(f'wind_boom_{k}', 'mast', (0.0, 0.0, 0.42), (0.16, 0.30 * (-1)**k, 0.44), 0.012,
                GREY))
        parts.append(_box(f'deck_bracket_{k}', (0.10, 0.08, 0.10), (0.80, y, 1.15), GREY))
    return parts


def _generator() -> list[Part]:
    """Build the radioisotope generator at the rear, tilted up, between heat exchanger plates."""
    tilt = math.radians(-52.0)
    link, centre = 'base_link', (-1.14, 0.0, 0.98)
    parts = [
        Part('generator', link, 'cylinder', (0.16, 0.62, 0.0), centre, (0.0, tilt, 0.0), DARK,
             0.05),
        Part('generator_cap', link, 'cylinder', (0.19, 0.05, 0.0), (-1.40, 0.0, 1.18),
             (0.0, tilt, 0.0), SILVER, 0.2),
        _box('generator_cradle', (0.30, 0.50, 0.06), (-0.88, 0.0, 0.72), GREY),
        _box('generator_beam', (0.40, 0.10, 0.10), (-0.88, 0.0, 0.88), GREY),
    ]
    for k in range(8):
        roll = math.pi * k / 8.0
        parts.append(
            _box(f'generator_fin_{k}', (0.66, 0.012, 0.54), centre, GREY, rpy=_fin(roll, tilt)))
    for side, sign in SIDES.items():
        parts.append(
            _box(f'heat_exchanger_{side}', (0.66, 0.035, 0.62), (-1.10, sign * 0.37, 0.98), PALE,
                 gloss=0.05, rpy=(sign * 0.12, -0.30, 0.0)))
        parts.append(
            rod(f'coolant_{side}', link, (-0.76, sign * 0.40, 1.02), (-1.00, sign * 0.36, 1.20),
                0.02, SILVER))
    return parts


def _fin(roll: float, tilt: float) -> Triple:
    """Turn a plate about the generator's axis, which points up and backward."""
    return (roll, tilt + math.pi / 2.0, 0.0)


def _front() -> list[Part]:
    """Build the arm folded across the front with its turret, hazard cameras, drill bits."""
    link = 'base_link'
    parts = [
        Part('shoulder', link, 'cylinder', (0.11, 0.26, 0.0), (1.06, 0.36, 0.86), colour=PALE,
             gloss=0.05),
        rod('upper_arm', link, (1.12, 0.40, 0.90), (1.20, -0.44, 0.94), 0.068, WHITE, gloss=0.05),
        Part('elbow', link, 'sphere', (0.10, 0.0, 0.0), (1.21, -0.46, 0.93), colour=GREY),
        rod('forearm', link, (1.26, -0.46, 0.92), (1.36, 0.22, 0.84), 0.058, WHITE, gloss=0.05),
        Part('wrist', link, 'cylinder', (0.085, 0.20, 0.0), (1.38, 0.26, 0.82), (1.4, 0.0, 0.0),
             GREY),
        Part('turret', link, 'cylinder', (0.21, 0.30, 0.0), (1.40, 0.42, 0.78), (1.57, 0.0, 0.2),
             PALE, 0.05),
        _box('turret_drill', (0.14, 0.16, 0.44), (1.52, 0.42, 0.72), GREY, gloss=0.1),
        _box('turret_spectrometer', (0.22, 0.20, 0.20), (1.36, 0.58, 0.92), GOLD, gloss=0.2),
        _box('turret_camera', (0.16, 0.18, 0.22), (1.42, 0.30, 0.60), DARK),
        Part('bit_carousel', link, 'cylinder', (0.20, 0.10, 0.0), (0.98, -0.22, 0.74),
             (0.0, 1.57, 0.0), GOLD, 0.2),
    ]
    for side, sign in SIDES.items():
        parts.append(
            _box(f'front_hazcam_{side}', (0.06, 0.09, 0.07), (0.95, sign * 0.14, 0.66), BLACK))
        parts.append(
            _box(f'rear_hazcam_{side}', (0.06, 0.08, 0.07), (-0.76, sign * 0.42, 0.78), BLACK))
    return parts


def _suspension(side: str, sign: float) -> list[Part]:
    """Build rocker, bogie and forks of one side, each in its own link."""
    rocker, bogie = f'rocker_{side}', f'bogie_{side}'
    pivot, rear = _pivot(ROCKER_PIVOT, sign), _pivot(BOGIE_PIVOT, sign)
    tube, dark = SILVER, GREY
    on_rocker = [
        Part(f'rocker_pivot_{side}', rocker, 'cylinder', (0.11, 0.34, 0.0),
             (0.14, sign * 0.68, 0.86), (1.5708, 0.0, 0.0), dark),
        rod(f'rocker_front_{side}', rocker, pivot, (1.02, sign * 0.92, 0.80), 0.055, tube,
            gloss=0.15),
        rod(f'rocker_rear_{side}', rocker, pivot, rear, 0.055, tube, gloss=0.15),
        rod(f'rocker_link_{side}', rocker, (0.14, sign * 0.80, 1.22), (0.14, sign * 0.80, 0.90),
            0.022, tube, gloss=0.15),
        _steering(rocker, 'front', side, sign),
    ]
    on_bogie = [
        Part(f'bogie_pivot_{side}', bogie, 'cylinder', (0.085, 0.18, 0.0), rear,
             (1.5708, 0.0, 0.0), dark),
        rod(f'bogie_front_{side}', bogie, rear, (-0.02, sign * 0.96, 0.52), 0.045, tube,
            gloss=0.15),
        rod(f'bogie_rear_{side}', bogie, rear, (-1.02, sign * 0.92, 0.72), 0.045, tube,
            gloss=0.15),
        rod(f'middle_arm_{side}', bogie, (-0.02, sign * 0.96, 0.52), (0.02, sign * 1.00, 0.27),
            0.045, dark),
        _steering(bogie, 'rear', side, sign),
    ]
    parts = _placed(on_rocker, pivot) + _placed(on_bogie, rear)
    for axle in ('front', 'rear'):
        x, y = WHEELS[axle]
        fork = f'{axle}_{side}_fork'
        parts += _placed([
            rod(fork, fork, (x, sign * 0.92, 0.62), (x, sign * 0.93, 0.27), 0.042, tube,
                gloss=0.15),
            rod(f'{axle}_axle_{side}', fork, (x, sign * 0.92, 0.263), (x, sign * y, 0.263), 0.06,
                dark)], (x, sign * y, WHEEL_RADIUS))
    return parts


def _steering(link: str, axle: str, side: str, sign: float) -> Part:
    return Part(f'{axle}_steering_{side}', link, 'cylinder', (0.075, 0.22, 0.0),
                (WHEELS[axle][0], sign * 0.92, 0.72), colour=GREY)


def _placed(parts: list[Part], origin: Triple) -> list[Part]:
    """Take parts that were placed in the body into a link whose origin is there."""
    return [replace(part, xyz=_from_to(origin, part.xyz)) for part in parts]


def _wheel(link: str, sign: float) -> list[Part]:
    """Thin tyre with cleats, open hub with curved spokes (drawn straight)."""
    quarter = (1.5708, 0.0, 0.0)
    parts = [
        Part(f'{link}_tyre', link, 'cylinder', (WHEEL_RADIUS - 0.008, WHEEL_WIDTH, 0.0),
             (0.0, 0.0, 0.0), quarter, (0.085, 0.083, 0.082), 0.08),
        Part(f'{link}_well', link, 'cylinder', (WHEEL_RADIUS - 0.035, 0.012, 0.0),
             (0.0, sign * 0.162, 0.0), quarter, BLACK),
        Part(f'{link}_hub', link, 'cylinder', (0.075, 0.03, 0.0), (0.0, sign * 0.175, 0.0),
             quarter, SILVER, 0.2),
    ]
    for k in range(6):
        angle = math.pi * k / 3.0
        middle = (0.15 * math.cos(angle), sign * 0.172, 0.15 * math.sin(angle))
        parts.append(
            _box(f'{link}_spoke_{k}', (0.17, 0.012, 0.035), middle, SILVER, gloss=0.2,
                 rpy=(0.0, -angle, 0.0), link=link))
    for k in range(24):
        angle = 2.0 * math.pi * k / 24.0
        middle = (0.259 * math.cos(angle), 0.0, 0.259 * math.sin(angle))
        parts.append(
            _box(f'{link}_cleat_{k}', (0.012, WHEEL_WIDTH, 0.010), middle, (0.17, 0.168, 0.165),
                 gloss=0.12, rpy=(0.0, math.pi / 2.0 - angle, 0.0), link=link))
    return parts


def _mast() -> list[Part]:
    head = 'mast_head'
    parts = [
        Part('mast_base', 'mast', 'cylinder', (0.11, 0.16, 0.0), (0.0, 0.0, 0.06), colour=GREY),
        Part('mast_tube', 'mast', 'cylinder', (0.058, 0.60, 0.0), (0.0, 0.0, 0.38), colour=WHITE,
             gloss=0.05),
        Part('mast_collar', 'mast', 'cylinder', (0.085, 0.10, 0.0), (0.0, 0.0, 0.66), colour=GREY),
        _box('mast_yoke', (0.16, 0.30, 0.09), (0.0, 0.0, 0.0), PALE, gloss=0.05, link=head),
        _box('camera_bar', (0.17, 0.62, 0.12), (0.02, 0.0, 0.09), WHITE, gloss=0.05, link=head),
        _box('supercam', (0.42, 0.34, 0.24), (0.0, 0.0, 0.26), WHITE, gloss=0.05, link=head),
        _box('supercam_face', (0.02, 0.30, 0.21), (0.212, 0.0, 0.26), PALE, link=head),
        Part('supercam_window', head, 'cylinder', (0.085, 0.03, 0.0), (0.225, 0.0, 0.26),
             (0.0, 1.5708, 0.0), BLACK, 0.3),
    ]
    for side, sign in SIDES.items():
        parts += [
            _box(f'mastcam_{side}', (0.14, 0.11, 0.13), (0.10, sign * 0.122, 0.09), PALE,
                 link=head),
            _box(f'navcam_{side}', (0.08, 0.08, 0.10), (0.12, sign * 0.25, 0.09), GREY, link=head),
            Part(f'mastcam_lens_{side}', head, 'cylinder', (0.045, 0.03, 0.0),
                 (0.18, sign * 0.122, 0.09), (0.0, 1.5708, 0.0), BLACK, 0.3),
        ]
    return parts


def _antenna() -> list[Part]:
    link = 'antenna'
    return [
        Part('antenna_plate', link, 'cylinder', (0.165, 0.03, 0.0), (0.0, 0.0, 0.10), colour=PALE,
             gloss=0.05),
        Part('antenna_back', link, 'cylinder', (0.10, 0.05, 0.0), (0.0, 0.0, 0.07), colour=GREY),
        Part('antenna_gimbal', link, 'sphere', (0.065, 0.0, 0.0), (0.0, 0.0, 0.0), colour=GREY),
        rod('antenna_post', 'base_link', (-0.42, 0.52, 1.10), (-0.42, 0.52, 1.38), 0.04, SILVER,
            gloss=0.15),
    ]

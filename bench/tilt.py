# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""
Tilt of a steady hover against wind speed: printed, and drawn into docs/images/tilt_in_wind.svg.

Beside it the tilts that Ingenuity reported while hovering in Flights 1 and 2, in winds nobody
measured at that height: they are drawn as a band over all speeds.
"""

from __future__ import annotations

from pathlib import Path

import checkout    # noqa: F401
from ingenuity_nodes.vehicle.trim import wind_table, WindHover

IMAGE = Path(__file__).resolve().parent.parent / 'docs' / 'images' / 'tilt_in_wind.svg'
WIDTH, HEIGHT, LEFT, BOTTOM = 640, 400, 60, 50
FASTEST, STEEPEST = 12.0, 7.0   # [m/s], [deg]
REPORTED = (3.0, 6.0)           # [deg] onboard attitude in the hovers of Flights 1 and 2, NASA PDS


def pixel(speed: float, tilt_deg: float) -> tuple[float, float]:
    """Turn wind speed and tilt into a point of the image."""
    x = LEFT + speed / FASTEST * (WIDTH - LEFT - 20)
    return x, HEIGHT - BOTTOM - tilt_deg / STEEPEST * (HEIGHT - BOTTOM - 20)


def drawing(hovers: list[WindHover]) -> str:
    """Draw the curve as SVG."""
    line = ' '.join('{:.1f},{:.1f}'.format(*pixel(h.wind_speed, h.tilt_deg)) for h in hovers)
    x0, top = pixel(0.0, REPORTED[1])
    x1, bottom = pixel(FASTEST, REPORTED[0])
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{HEIGHT}" '
        'font-family="sans-serif" font-size="13"><rect width="100%" height="100%" fill="white"/>',
        f'<rect x="{x0}" y="{top}" width="{x1 - x0}" height="{bottom - top}" fill="#f3ddc8"/>',
        f'<text x="{x0 + 8}" y="{top + 18}">'
        'reported in the hovers of Flights 1 and 2, wind unknown</text>',
        f'<polyline points="{line}" fill="none" stroke="#b5502f" stroke-width="2.5"/>']
    for speed in range(0, 13, 2):
        x, y = pixel(speed, 0.0)
        parts.append(f'<text x="{x}" y="{y + 18}" text-anchor="middle">{speed}</text>')
    for tilt in range(8):
        x, y = pixel(0.0, tilt)
        parts.append(f'<text x="{x - 8}" y="{y + 4}" text-anchor="end">{tilt}</text>')
        parts.append(f'<path d="M{x} {y}H{WIDTH - 20}" stroke="#ccc" stroke-width="0.5"/>')
    x, y = pixel(6.0, 0.0)
    parts.append(f'<text x="{x}" y="{y + 38}" text-anchor="middle">steady wind [m/s]</text>')
    parts.append('<text x="16" y="200" transform="rotate(-90 16 200)" text-anchor="middle">'
                 'tilt into the wind [deg]</text></svg>')
    return '\n'.join(parts) + '\n'


def main() -> None:
    """Print the table and write the image."""
    hovers = wind_table()
    print('wind  tilt  collective up/low  power  downwind push of rotors, fuselage, legs, mast')
    print(' m/s   deg        deg            W       N')
    for h in hovers:
        upper, lower = h.collective_deg
        print(f'{h.wind_speed:4.0f} {h.tilt_deg:5.2f}  {upper:6.2f} {lower:6.2f}   {h.power:8.1f}'
              f'   {h.rotor_force:6.3f} {h.fuselage_drag:6.3f} {h.leg_drag:6.3f}'
              f' {h.mast_drag:6.3f}')
    IMAGE.parent.mkdir(parents=True, exist_ok=True)
    IMAGE.write_text(drawing(hovers), encoding='utf-8')
    print(f'drawn: {IMAGE.relative_to(IMAGE.parent.parent.parent)}')


if __name__ == '__main__':
    main()

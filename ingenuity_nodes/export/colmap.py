# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""
COLMAP's text model: cameras, posed images, no points yet (``point_triangulator`` adds them).

COLMAP's pixels have their origin in the corner of the upper left one; ours in its centre.
"""

from __future__ import annotations

from pathlib import Path

from ingenuity_nodes.cameras.distortion_fits import fit_opencv_fisheye, fit_thin_prism
from ingenuity_nodes.export.calibration import write_calibration
from ingenuity_nodes.export.files import write_image, write_rows, write_text, write_trajectories
from ingenuity_nodes.export.flight_record import FlightRecord, Motion
from ingenuity_nodes.export.geometry import camera_in_body, inverse, poses, quaternions
from ingenuity_nodes.export.options import Options

CORNER = 0.5    # [px] from the corner of the first pixel to its centre
CAMERA = 1      # its number


def write_colmap(folder: Path, record: FlightRecord, options: Options) -> int:
    """Write ``images/`` and ``sparse/0/*.txt``; return the number of images."""
    fit = fit_thin_prism(record.camera)
    write_calibration(folder, record, fit_opencv_fisheye(record.camera))
    T_BF = camera_in_body(record.camera, fit)
    write_trajectories(folder / 'trajectories', record, T_BF)
    taken = []
    for shot in options.chosen(record.shots()):
        write_image(folder / 'images' / f'{shot.exposure.t_ns}.png', shot.grey)
        taken.append(shot.exposure)
    model = folder / 'sparse' / '0'
    fx, fy, cx, cy, *distortion = fit.parameters
    write_rows(model / 'cameras.txt', [(
        CAMERA, fit.model, record.camera.width, record.camera.height,
        fx, fy, cx + CORNER, cy + CORNER, *distortion)],
        head='# CAMERA_ID MODEL WIDTH HEIGHT PARAMS[]: fitted to cahvore.yaml, residual in px: '
             f'rms {fit.rms_px:.3f}, worst {fit.worst_px:.3f}', separator=' ')
    T_FM = inverse(poses(Motion.of(taken)) @ T_BF)
    lines = ['# IMAGE_ID QW QX QY QZ TX TY TZ CAMERA_ID NAME; then POINTS2D[], none']
    for number, (exposure, T, q) in enumerate(
            zip(taken, T_FM, quaternions(T_FM), strict=True), 1):
        numbers = ' '.join(repr(float(value)) for value in (*q, *T[:3, 3]))
        lines += [f'{number} {numbers} {CAMERA} {exposure.t_ns}.png', '']
    write_text(model / 'images.txt', '\n'.join(lines) + '\n')
    write_text(model / 'points3D.txt', '# POINT3D_ID X Y Z R G B ERROR TRACK[]\n')
    return len(taken)

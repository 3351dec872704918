# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""
The layouts of TUM's RGB-D benchmark and of KITTI's odometry benchmark.

Poses are those of the camera as OpenCV's fisheye sees it, frame ``F``; images are not rectified.
"""

from __future__ import annotations

from pathlib import Path

from ingenuity_nodes.cameras.distortion_fits import Fit, fit_opencv_fisheye
from ingenuity_nodes.export.calibration import write_calibration
from ingenuity_nodes.export.extras import RangeImages
from ingenuity_nodes.export.files import write_image, write_rows, write_text, write_trajectories
from ingenuity_nodes.export.flight_record import FlightRecord, Motion
from ingenuity_nodes.export.geometry import (
    camera_in_body, interpolated, inverse, Matrix4, poses)
from ingenuity_nodes.export.options import Options
from ingenuity_nodes.navigation.inputs import column
from ingenuity_nodes.timing import SECOND_NS
import numpy as np

DEPTH_SCALE = 5000    # of TUM's depth images: 1 m; the format's
KITTI_SEQUENCE = '00'


def write_tum_sequence(folder: Path, record: FlightRecord, options: Options) -> int:
    """
    Write ``rgb/``, ``rgb.txt``, ``accelerometer.txt``, ``groundtruth.txt``; return the images.

    With range images, ``depth/`` holds the depth along the axis, 5000 a metre, 0 where there is
    none or more than 13.1 m.
    """
    fit = fit_opencv_fisheye(record.camera)
    write_calibration(folder, record, fit)
    T_BF = camera_in_body(record.camera, fit)
    write_trajectories(folder / 'trajectories', record, T_BF)
    truth = (folder / 'trajectories' / 'truth.tum').read_text(encoding='utf-8')
    write_text(folder / 'groundtruth.txt', truth)
    f_I = column(record.rows, 'upper_f_I')
    delay = round(record.parameters.imu.delay * SECOND_NS)
    write_rows(folder / 'accelerometer.txt', (
        (seconds(int(t) - delay), *f) for t, f in zip(record.rows[:, 0], f_I, strict=True)),
        head='# timestamp ax ay az', separator=' ')
    ranges = RangeImages(record, options.range_images)
    depth_of_range = _depth_of_range(record, fit) if ranges.kind else None
    names: list[tuple[str, str]] = []
    for shot in options.chosen(record.shots()):
        stamp = seconds(shot.exposure.t_ns)
        write_image(folder / 'rgb' / f'{stamp}.png', shot.grey)
        names.append((stamp, f'rgb/{stamp}.png'))
        if depth_of_range is not None:
            depth = np.round(ranges.draw(shot.exposure) * depth_of_range * DEPTH_SCALE)
            near = depth <= np.iinfo(np.uint16).max
            write_image(folder / 'depth' / f'{stamp}.png',
                        np.where(near, depth, 0.0).astype(np.uint16))
    write_rows(folder / 'rgb.txt', names, head='# timestamp filename', separator=' ')
    if depth_of_range is not None:
        write_rows(folder / 'depth.txt',
                   [(stamp, f'depth/{stamp}.png') for stamp, _ in names],
                   head='# timestamp filename', separator=' ')
    return len(names)


def write_kitti(folder: Path, record: FlightRecord, options: Options) -> int:
    """Write ``sequences/00`` and ``poses/00.txt``, in the first camera's frame; return images."""
    fit = fit_opencv_fisheye(record.camera)
    write_calibration(folder, record, fit)
    T_BF = camera_in_body(record.camera, fit)
    write_trajectories(folder / 'trajectories', record, T_BF)
    sequence = folder / 'sequences' / KITTI_SEQUENCE
    taken = []
    for number, shot in enumerate(options.chosen(record.shots())):
        write_image(sequence / 'image_0' / f'{number:06d}.png', shot.grey)
        taken.append(shot.exposure)
    truth = Motion.of(taken)
    write_rows(sequence / 'times.txt', [(seconds(one.t_ns),) for one in taken])
    write_text(sequence / 'calib.txt', _kitti_calibration(record, fit))
    write_kitti_poses(folder / 'poses' / f'{KITTI_SEQUENCE}.txt', poses(truth) @ T_BF)
    if len(record.estimate.t_ns) and taken:
        believed = interpolated(record.estimate, truth.t_ns)
        write_kitti_poses(folder / 'poses' / f'{KITTI_SEQUENCE}_estimate.txt',
                          poses(believed) @ T_BF)
    return len(taken)


def write_kitti_poses(path: Path, T_MF: Matrix4) -> None:
    """Write twelve numbers a row, in the frame of the first pose."""
    relative = inverse(T_MF[0]) @ T_MF if len(T_MF) else T_MF
    write_rows(path, [T[:3].ravel() for T in relative], separator=' ')


def seconds(t_ns: int) -> str:
    """Write a time in seconds, exactly."""
    sign, t_ns = ('-', -t_ns) if t_ns < 0 else ('', t_ns)
    return f'{sign}{t_ns // SECOND_NS}.{t_ns % SECOND_NS:09d}'


def _kitti_calibration(record: FlightRecord, fit: Fit) -> str:
    """P0 as if rectified; S, K and D as in KITTI's raw data, D for OpenCV's fisheye."""
    fx, fy, cx, cy, *k = fit.parameters
    P = [fx, 0.0, cx, 0.0, 0.0, fy, cy, 0.0, 0.0, 0.0, 1.0, 0.0]
    K = [fx, 0.0, cx, 0.0, fy, cy, 0.0, 0.0, 1.0]
    size = [float(record.camera.width), float(record.camera.height)]
    return ''.join(f'{name}: {" ".join(repr(value) for value in values)}\n' for name, values in (
        ('P0', P), ('S_00', size), ('K_00', K), ('D_00', k)))


def _depth_of_range(record: FlightRecord, fit: Fit) -> np.ndarray[tuple[int, int], np.dtype[
        np.float64]]:
    """Return depth along the axis of F over range, for each pixel, (height, width)."""
    camera = record.camera
    u, v = np.meshgrid(np.arange(float(camera.width)), np.arange(float(camera.height)))
    rays = camera.unproject(np.stack([u.ravel(), v.ravel()], axis=1))
    return np.asarray((rays @ fit.R_FC.T)[:, 2].reshape(camera.height, camera.width))

# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""
EuRoC MAV layout (M. Burri et al., IJRR 35, 2016): ``mav0`` with images, inertial sensors, truth.

The body of these files is the upper inertial sensor, ``S``; the reference is the map. Stamps are
instants of measurement: the delay of a sensor is taken off.
"""

from __future__ import annotations

from pathlib import Path

from ingenuity_nodes.cameras.distortion_fits import fit_opencv_fisheye
from ingenuity_nodes.export.calibration import (
    camera_file, camera_in_imu, cv_matrix, imu_files, write_calibration)
from ingenuity_nodes.export.extras import RangeImages
from ingenuity_nodes.export.files import (
    write_image, write_rows, write_trajectories, write_yaml)
from ingenuity_nodes.export.flight_record import Column, FlightRecord, Motion
from ingenuity_nodes.export.geometry import (
    imu_in_body, poses, quaternions, transform, with_exposures)
from ingenuity_nodes.export.options import Options
from ingenuity_nodes.frames import rotation_matrix
from ingenuity_nodes.navigation.inputs import column
from ingenuity_nodes.timing import SECOND_NS
import numpy as np

IMU_HEAD = ('#timestamp [ns],w_RS_S_x [rad s^-1],w_RS_S_y [rad s^-1],w_RS_S_z [rad s^-1],'
            'a_RS_S_x [m s^-2],a_RS_S_y [m s^-2],a_RS_S_z [m s^-2]')
TRUTH_HEAD = (
    '#timestamp [ns],p_RS_R_x [m],p_RS_R_y [m],p_RS_R_z [m],q_RS_w [],q_RS_x [],q_RS_y [],'
    'q_RS_z [],v_RS_R_x [m s^-1],v_RS_R_y [m s^-1],v_RS_R_z [m s^-1],b_w_RS_S_x [rad s^-1],'
    'b_w_RS_S_y [rad s^-1],b_w_RS_S_z [rad s^-1],b_a_RS_S_x [m s^-2],b_a_RS_S_y [m s^-2],'
    'b_a_RS_S_z [m s^-2]')
UNKNOWN = 'nan'    # true biases are not recorded
SUN_HEAD = ('#timestamp [ns],elevation [deg above the horizontal],azimuth [deg clockwise from '
            'north],toward the sun in the optical frame: right,down,forward []')


def write_euroc(folder: Path, record: FlightRecord, options: Options) -> int:
    """Write a flight; return the number of images."""
    mav, fit = folder / 'mav0', fit_opencv_fisheye(record.camera)
    write_yaml(mav / 'body.yaml', {'comment': f'{record.source}: {record.vehicle}'})
    _write_inertial(mav, record)
    _write_altimeter(mav, record)
    _write_truth(mav, record)
    write_yaml(mav / 'cam0' / 'sensor.yaml', camera_file(record, fit))
    write_calibration(folder, record, fit)
    write_trajectories(folder / 'trajectories', record, imu_in_body(record.parameters.imu))
    ranges = RangeImages(record, options.range_images)
    names, suns = [], []
    for shot in options.chosen(record.shots()):
        t_ns = shot.exposure.t_ns
        write_image(mav / 'cam0' / 'data' / f'{t_ns}.png', shot.grey)
        names.append((t_ns, f'{t_ns}.png'))
        ranges.write(mav / 'range0' / 'data' / str(t_ns), shot.exposure)
        if record.sun is not None:
            R_MC = record.camera.pose(shot.exposure.p_MB, shot.exposure.q_MB)[0]
            suns.append((t_ns, np.degrees(record.sun.elevation), record.sun.azimuth_deg,
                         *(R_MC.T @ record.sun.direction_M)))
    write_rows(mav / 'cam0' / 'data.csv', names, head='#timestamp [ns],filename')
    if suns:
        write_rows(mav / 'sun0' / 'data.csv', suns, head=SUN_HEAD)
    if ranges.kind:
        write_rows(mav / 'range0' / 'data.csv',
                   [(t, f'{t}.{ranges.kind}') for t, _ in names], head='#timestamp [ns],filename')
        write_yaml(mav / 'range0' / 'sensor.yaml', {
            'sensor_type': 'range_image', 'T_BS': cv_matrix(camera_in_imu(record)),
            'comment': ranges.comment})
    return len(names)


def _write_inertial(mav: Path, record: FlightRecord) -> None:
    stamps = record.rows[:, 0].astype(np.int64)
    for (name, imu, about), which in zip(imu_files(record), ('upper', 'lower'), strict=True):
        taken = stamps - round(imu.delay * SECOND_NS)
        w, f = (column(record.rows, f'{which}_{kind}') for kind in ('w_MI_I', 'f_I'))
        write_rows(mav / name / 'data.csv', (
            (t, *rates, *forces) for t, rates, forces in zip(taken, w, f, strict=True)
            if t >= 0),    # readers take stamps without a sign
            head=IMU_HEAD)
        write_yaml(mav / name / 'sensor.yaml', about)


def _write_altimeter(mav: Path, record: FlightRecord) -> None:
    p = record.parameters.altimeter
    stamps, distances = record.altimeter
    taken = stamps - round(p.delay * SECOND_NS)
    write_rows(mav / 'altimeter0' / 'data.csv',
               [row for row in zip(taken, distances, strict=True) if row[0] >= 0],
               head='#timestamp [ns],distance along the beam [m]')
    T_BI = imu_in_body(record.parameters.imu)
    # The beam points along z of the sensor, which is down in the body.
    T_BA = transform(np.diag([1.0, -1.0, -1.0]), np.array(p.position))
    write_yaml(mav / 'altimeter0' / 'sensor.yaml', {
        'sensor_type': 'altimeter', 'comment': 'laser along z of S; inf: nothing seen',
        'T_BS': cv_matrix(np.linalg.inv(T_BI) @ T_BA),
        'rate_hz': record.parameters.computer.altimeter_rate, 'noise_m': p.noise,
        'resolution_m': p.resolution, 'range_m': [p.minimum, p.maximum],
        'delay_taken_off_s': p.delay})


def _write_truth(mav: Path, record: FlightRecord) -> None:
    truth, T_BI = with_exposures(record), imu_in_body(record.parameters.imu)
    T_MS = poses(truth) @ T_BI
    velocity = _velocity_of_sensor(truth, T_BI[:3, 3])
    folder = mav / 'state_groundtruth_estimate0'
    write_rows(folder / 'data.csv', (
        (t, *T[:3, 3], *q, *v, *[UNKNOWN] * 6) for t, T, q, v in zip(
            truth.t_ns, T_MS, quaternions(T_MS), velocity, strict=True)), head=TRUTH_HEAD)
    write_yaml(folder / 'sensor.yaml', {
        'sensor_type': 'visual-inertial', 'T_BS': cv_matrix(np.eye(4)),
        'comment': 'exact truth of the simulation, at 100 Hz and at every exposure; true biases '
                   'are not recorded: nan'})


def _velocity_of_sensor(motion: Motion, p_BI: Column) -> Column:
    """Return ``v_MS``: that of the body's origin and what rotation adds, (n, 3) [m/s]."""
    R = np.array([rotation_matrix(q) for q in motion.q_MB])
    return np.asarray(motion.v_MB + np.einsum('nij,nj->ni', R, np.cross(motion.w_MB_B, p_BI)))

# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""Calibration files: Kalibr's camera chain and inertial sensors, JPL's CAHVORE, sensor.yaml."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ingenuity_nodes.cameras.distortion_fits import Fit
from ingenuity_nodes.cameras.model import CameraModel
from ingenuity_nodes.export.files import matrix_rows, write_yaml
from ingenuity_nodes.export.flight_record import FlightRecord
from ingenuity_nodes.export.geometry import (
    camera_in_body, imu_in_body, inverse, Matrix4)
from ingenuity_nodes.sensors.imu import ImuParameters
from ingenuity_nodes.timing import SECOND_NS, STEP_NS
import numpy as np

IMU_RATE_HZ = SECOND_NS // STEP_NS
CAHVORE_NOTE = (
    'the model that draws the images, exact; type 3, written in S. With p = point - C, '
    'zeta = p.O, lambda = |p - zeta O|, theta = atan2(lambda, zeta), '
    'chi = tan(linearity theta)/linearity, chi2 = (1 + R0) chi + R1 chi^3 + R2 chi^5, '
    'q = O + chi2 (p - zeta O)/lambda: u = q.H/q.A, v = q.V/q.A; pixel (0, 0) is the centre of '
    'the upper left one')
FIT_NOTE = (
    'fitted to cahvore.yaml; T_BS belongs to the fitted frame, turned a little against the '
    'optical frame; residual over the image in px: rms {:.3f}, worst {:.3f}')


def camera_in_imu(record: FlightRecord, fit: Fit | None = None) -> Matrix4:
    """Return ``T_SC`` of the navigation camera, or ``T_SF`` of a fitted model."""
    return inverse(imu_in_body(record.parameters.imu)) @ camera_in_body(record.camera, fit)


def write_calibration(folder: Path, record: FlightRecord, fit: Fit) -> None:
    """Write ``camchain.yaml``, ``imu0.yaml``, ``imu1.yaml`` and ``cahvore.yaml``."""
    write_yaml(folder / 'camchain.yaml', {'cam0': {
        'camera_model': 'pinhole', 'distortion_model': 'equidistant',
        'intrinsics': list(fit.parameters[:4]), 'distortion_coeffs': list(fit.parameters[4:8]),
        'resolution': [record.camera.width, record.camera.height],
        'T_cam_imu': matrix_rows(inverse(camera_in_imu(record, fit))),
        'timeshift_cam_imu': 0.0, 'rostopic': f'/{record.vehicle}/navcam/image_raw',
    }}, f'Kalibr; {FIT_NOTE.format(fit.rms_px, fit.worst_px)}')
    T_BS = imu_in_body(record.parameters.imu)
    for name, topic, imu in _sensors(record):
        write_yaml(folder / f'{name}.yaml', {name: {
            'model': 'calibrated', 'rostopic': f'/{record.vehicle}/{topic}',
            'update_rate': float(IMU_RATE_HZ), **_noise(imu), 'time_offset': 0.0,
            'T_i_b': matrix_rows(inverse(inverse(T_BS) @ imu_in_body(imu)))}},
            'Kalibr; continuous-time noise densities, as the simulated sensor has them')
    write_yaml(folder / 'cahvore.yaml', cahvore_of(record.camera, camera_in_imu(record)),
               CAHVORE_NOTE)


def imu_files(record: FlightRecord) -> list[tuple[str, ImuParameters, dict[str, Any]]]:
    """Return name, parameters and ``sensor.yaml`` of each inertial sensor."""
    T_BS = imu_in_body(record.parameters.imu)
    return [(name, imu, {
        'sensor_type': 'imu', 'comment': f'BMI160 class, {topic}',
        'T_BS': cv_matrix(inverse(T_BS) @ imu_in_body(imu)), 'rate_hz': IMU_RATE_HZ,
        'gyroscope_noise_density': imu.gyro_noise,
        'gyroscope_random_walk': imu.gyro_random_walk,
        'accelerometer_noise_density': imu.accel_noise,
        'accelerometer_random_walk': imu.accel_random_walk,
        'delay_taken_off_s': imu.delay}) for name, topic, imu in _sensors(record)]


def camera_file(record: FlightRecord, fit: Fit) -> dict[str, Any]:
    """Return ``sensor.yaml`` of the navigation camera."""
    return {
        'sensor_type': 'camera', 'comment': FIT_NOTE.format(fit.rms_px, fit.worst_px),
        'T_BS': cv_matrix(camera_in_imu(record, fit)),
        'rate_hz': record.parameters.computer.navcam_rate,
        'resolution': [record.camera.width, record.camera.height],
        'camera_model': 'pinhole', 'intrinsics': list(fit.parameters[:4]),
        'distortion_model': 'equidistant', 'distortion_coefficients': list(fit.parameters[4:8]),
        'fit_residual_rms_px': fit.rms_px, 'fit_residual_worst_px': fit.worst_px}


def cahvore_of(camera: CameraModel, T_SC: Matrix4) -> dict[str, Any]:
    """Return JPL's vectors of a camera, written in a frame S."""
    R = T_SC[:3, :3]
    vectors = {'C': T_SC[:3, 3], **{name: R @ np.asarray(value) for name, value in (
        ('A', camera.A), ('H', camera.H), ('V', camera.V), ('O', camera.O))}}
    return {'model': 'CAHVORE', 'type': 3, 'linearity': float(camera.linearity),
            'resolution': [camera.width, camera.height],
            **{name: [float(value) for value in vector] for name, vector in vectors.items()},
            'R': [float(value) for value in camera.R], 'E': [float(value) for value in camera.E]}


def cv_matrix(T: Matrix4) -> dict[str, Any]:
    """Write a matrix as EuRoC's files do."""
    rows, columns = T.shape
    return {'cols': columns, 'rows': rows, 'data': [float(value) for value in T.ravel()]}


def _sensors(record: FlightRecord) -> list[tuple[str, str, ImuParameters]]:
    p = record.parameters
    return [('imu0', 'imu', p.imu), ('imu1', 'imu_2', p.imu_2)]


def _noise(imu: ImuParameters) -> dict[str, float]:
    return {'accelerometer_noise_density': imu.accel_noise,
            'accelerometer_random_walk': imu.accel_random_walk,
            'gyroscope_noise_density': imu.gyro_noise,
            'gyroscope_random_walk': imu.gyro_random_walk}

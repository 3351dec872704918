# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""
A flight as a rosbag2 folder, with images raw and both inertial sensors at their full rate.

It needs neither ROS nor our package to read, and holds what ``read_flight`` reads.
"""

from __future__ import annotations

from collections.abc import Iterator
import heapq
from pathlib import Path
from typing import Any

from ingenuity_nodes.export.flight_record import FlightRecord, Motion
from ingenuity_nodes.export.from_bag import ESTIMATE, EXPOSURE, FEATURES, INPUTS, START, TRUTH
from ingenuity_nodes.export.options import Options
from ingenuity_nodes.frames import frame, MAP, rotation_matrix
from ingenuity_nodes.navigation.inputs import column, WIDTH
from ingenuity_nodes.recording.bag.images import NAVIGATION
from ingenuity_nodes.recording.bag.typestore import TYPES
from ingenuity_nodes.recording.bag.writer import BagQos, BagWriter
from ingenuity_nodes.signals import FeatureFrame
from ingenuity_nodes.timing import SECOND_NS
import numpy as np

Message = tuple[int, str, str, Any]    # time [ns], topic, type, content
IMAGE, IMU, RANGE = 'sensor_msgs/msg/Image', 'sensor_msgs/msg/Imu', 'sensor_msgs/msg/Range'
ODOMETRY, NUMBERS = 'nav_msgs/msg/Odometry', 'std_msgs/msg/Float64MultiArray'
CLOUD = 'sensor_msgs/msg/PointCloud2'
_POINT = np.dtype([('u', '<f8'), ('v', '<f8'), ('id', '<i4'), ('age', '<i4')])
_FLOAT64, _INT32 = 8, 5    # of sensor_msgs/PointField
BEAM = 0.008               # [rad] divergence of the LIDAR-Lite v3 (Garmin, 8 mrad)
STEPS = 5                  # of a tick, in one message


def write_bag(folder: Path, record: FlightRecord, options: Options) -> int:
    """Write a bag; return the number of images."""
    images = 0
    streams = [_start(record), _inputs(record), _inertial(record), _ranges(record),
               _features(record), _motion(record, TRUTH, record.truth, MAP),
               _motion(record, ESTIMATE, record.estimate, frame(record.vehicle, 'odom')),
               _motion(record, EXPOSURE, Motion.of(record.exposures), MAP),
               _images(record, options)]
    with BagWriter(folder, raw_images=True) as bag:
        for t_ns, topic, kind, message in heapq.merge(*streams, key=lambda one: one[0]):
            bag.write(f'/{record.vehicle}/{topic}', kind, BagQos(), max(0, t_ns),
                      bytes(TYPES.serialize_cdr(message, kind)))
            images += topic == NAVIGATION
    return images


def _new(kind: str, **values: Any) -> Any:
    return TYPES.types[kind](**values)


def _header(t_ns: int, frame_id: str) -> Any:
    t_ns = max(0, t_ns)
    return _new('std_msgs/msg/Header', frame_id=frame_id, stamp=_new(
        'builtin_interfaces/msg/Time', sec=t_ns // SECOND_NS, nanosec=t_ns % SECOND_NS))


def _vector(values: Any, kind: str = 'Vector3') -> Any:
    x, y, z = (float(value) for value in values)
    return _new(f'geometry_msgs/msg/{kind}', x=x, y=y, z=z)


def _quaternion(q: Any) -> Any:
    w, x, y, z = (float(value) for value in q)
    return _new('geometry_msgs/msg/Quaternion', x=x, y=y, z=z, w=w)


def _numbers(values: Any, *dims: tuple[str, int]) -> Any:
    layout = _new('std_msgs/msg/MultiArrayLayout', data_offset=0, dim=[
        _new('std_msgs/msg/MultiArrayDimension', label=label, size=size,
             stride=int(np.prod([one[1] for one in dims[k:]])))
        for k, (label, size) in enumerate(dims)])
    return _new(NUMBERS, layout=layout, data=np.asarray(values, dtype=np.float64).ravel())


def _start(record: FlightRecord) -> Iterator[Message]:
    start = record.start
    yield start.t_ns, START, NUMBERS, _numbers(
        [start.t_ns, start.tilt.roll, start.tilt.pitch, start.yaw, *start.p_MB],
        ('t_ns roll pitch yaw east north up', 7))


def _inputs(record: FlightRecord) -> Iterator[Message]:
    for first in range(0, len(record.rows), STEPS):
        rows = record.rows[first:first + STEPS]
        yield int(rows[-1, 0]), INPUTS, NUMBERS, _numbers(
            rows, ('step', len(rows)), ('column', WIDTH))


def _inertial(record: FlightRecord) -> Iterator[Message]:
    unknown = np.zeros(9)
    unknown[0] = -1.0    # REP 145: no attitude
    both = [(topic, frame(record.vehicle, f'{topic}_link'),
             column(record.rows, f'{which}_f_I'), column(record.rows, f'{which}_w_MI_I'))
            for topic, which in (('imu', 'upper'), ('imu_2', 'lower'))]
    for k, t in enumerate(record.rows[:, 0]):
        for topic, frame_id, f_I, w_MI_I in both:
            yield int(t), topic, IMU, _new(
                IMU, header=_header(int(t), frame_id), orientation=_quaternion((1, 0, 0, 0)),
                orientation_covariance=unknown, angular_velocity=_vector(w_MI_I[k]),
                angular_velocity_covariance=np.zeros(9), linear_acceleration=_vector(f_I[k]),
                linear_acceleration_covariance=np.zeros(9))


def _ranges(record: FlightRecord) -> Iterator[Message]:
    p = record.parameters.altimeter
    for t, distance in zip(*record.altimeter, strict=True):
        yield int(t), 'altimeter', RANGE, _new(
            RANGE, header=_header(int(t), frame(record.vehicle, 'altimeter_link')),
            radiation_type=1, field_of_view=BEAM, min_range=p.minimum, max_range=p.maximum,
            range=float(distance), variance=p.noise ** 2)


def _features(record: FlightRecord) -> Iterator[Message]:
    for t_ns in sorted(record.features):
        yield t_ns, FEATURES, CLOUD, _cloud(record.features[t_ns], record.vehicle)


def _cloud(features: FeatureFrame, vehicle: str) -> Any:
    rows = np.empty(len(features.ids), _POINT)
    rows['u'], rows['v'] = features.uv[:, 0], features.uv[:, 1]
    rows['id'], rows['age'] = features.ids, features.ages
    named = (('u', 0, _FLOAT64), ('v', 8, _FLOAT64), ('id', 16, _INT32), ('age', 20, _INT32))
    return _new(
        CLOUD, header=_header(features.t_ns, frame(vehicle, 'navcam_optical_frame')), height=1,
        width=len(rows), is_bigendian=False, point_step=_POINT.itemsize, is_dense=True,
        row_step=_POINT.itemsize * len(rows), data=np.frombuffer(rows.tobytes(), np.uint8),
        fields=[_new('sensor_msgs/msg/PointField', name=name, offset=offset, datatype=kind,
                     count=1) for name, offset, kind in named])


def _motion(
    record: FlightRecord, topic: str, motion: Motion, parent: str,
) -> Iterator[Message]:
    child = frame(record.vehicle, 'base_link' if topic == ESTIMATE else 'base_link_truth')
    for t, p, q, v, w in zip(*motion, strict=True):
        pose = _new('geometry_msgs/msg/Pose', position=_vector(p, 'Point'),
                    orientation=_quaternion(q))
        twist = _new('geometry_msgs/msg/Twist', linear=_vector(rotation_matrix(q).T @ v),
                     angular=_vector(w))
        yield int(t), topic, ODOMETRY, _new(
            ODOMETRY, header=_header(int(t), parent), child_frame_id=child,
            pose=_new('geometry_msgs/msg/PoseWithCovariance', pose=pose,
                      covariance=np.zeros(36)),
            twist=_new('geometry_msgs/msg/TwistWithCovariance', twist=twist,
                       covariance=np.zeros(36)))


def _images(record: FlightRecord, options: Options) -> Iterator[Message]:
    for shot in options.chosen(record.shots()):
        t_ns, (height, width) = shot.exposure.t_ns, shot.grey.shape
        yield t_ns, NAVIGATION, IMAGE, _new(
            IMAGE, header=_header(t_ns, frame(record.vehicle, 'navcam_optical_frame')),
            height=height, width=width, encoding='mono8', is_bigendian=0, step=width,
            data=np.ascontiguousarray(shot.grey).ravel())

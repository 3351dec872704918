# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""Images, what was tracked in them, and radio frames."""

from __future__ import annotations

import array

from ingenuity_nodes.cameras.model import CameraModel
from ingenuity_nodes.cameras.opencv_fit import fit_fisheye
from ingenuity_nodes.nodes.conversions.geometry import header, nanoseconds
from ingenuity_nodes.radio.frames import decode, encode
from ingenuity_nodes.signals import FeatureFrame, Photo, RadioPacket
import numpy as np
from numpy.typing import NDArray
from sensor_msgs.msg import CameraInfo, CompressedImage, Image, PointCloud2, PointField
from std_msgs.msg import UInt8MultiArray

_FEATURES = np.dtype([('u', '<f8'), ('v', '<f8'), ('id', '<i4'), ('age', '<i4')])
_KINDS = {'<f8': PointField.FLOAT64, '<f4': PointField.FLOAT32, '<i4': PointField.INT32,
          '<u4': PointField.UINT32}
MOST_POINTS = 10_000    # assumed: 250 times what the filter uses


def image_message(t_ns: int, frame_id: str, image: NDArray[np.uint8]) -> Image:
    """Write a grey (h, w) or colour (h, w, 3) image."""
    height, width = image.shape[:2]
    channels = 1 if image.ndim == 2 else image.shape[2]
    message = Image(header=header(t_ns, frame_id), height=height, width=width,
                    encoding='mono8' if channels == 1 else 'rgb8', step=width * channels)
    # An array.array is taken over as it is; a list or bytes would be copied element by element.
    message.data = array.array('B', image.tobytes())
    return message


def numbers_message(t_ns: int, frame_id: str, numbers: NDArray[np.generic]) -> Image:
    """
    Write numbers per pixel: (h, w) or (h, w, channels) of float32, int32 or uint8.

    Raises
    ------
    KeyError
        Numbers of another kind.

    """
    kind = {'float32': '32F', 'int32': '32S', 'uint8': '8U'}[numbers.dtype.name]
    height, width = numbers.shape[:2]
    channels = 1 if numbers.ndim == 2 else numbers.shape[2]
    message = Image(header=header(t_ns, frame_id), height=height, width=width,
                    encoding=f'{kind}C{channels}', step=width * channels * numbers.itemsize)
    message.data = array.array('B', np.ascontiguousarray(numbers).tobytes())
    return message


def image_from(message: Image, width: int, height: int) -> NDArray[np.uint8]:
    """
    Read a grey image of a camera of some width and height.

    Raises
    ------
    ValueError
        Another encoding than mono8, another size, or other bytes than the size says.

    """
    if message.encoding != 'mono8':
        raise ValueError(f"found encoding '{message.encoding}', allowed: mono8")
    if (message.width, message.height) != (width, height):
        raise ValueError(f'found {message.width} x {message.height} pixels, '
                         f'allowed: {width} x {height}')
    if len(message.data) != message.height * message.step or message.step != message.width:
        raise ValueError(f'found {len(message.data)} bytes for {message.width} x {message.height}')
    return np.frombuffer(message.data, np.uint8).reshape(message.height, message.width)


def jpeg_message(t_ns: int, frame_id: str, jpeg: bytes) -> CompressedImage:
    """Write a compressed image."""
    message = CompressedImage(header=header(t_ns, frame_id), format='jpeg')
    message.data = array.array('B', jpeg)
    return message


def photo_from(message: CompressedImage, width: int, height: int) -> Photo:
    """Read a photo that its camera has finished."""
    return Photo(nanoseconds(message.header.stamp), bytes(message.data), width, height)


def features_message(features: FeatureFrame, frame_id: str) -> PointCloud2:
    """Write tracked features as points u, v, id, age."""
    rows = np.empty(len(features.ids), _FEATURES)
    rows['u'], rows['v'] = features.uv[:, 0], features.uv[:, 1]
    rows['id'], rows['age'] = features.ids, features.ages
    return points_message(features.t_ns, frame_id, rows)


def points_message(t_ns: int, frame_id: str, rows: NDArray[np.void]) -> PointCloud2:
    """Write rows of a structured array, shape (n,), as points with its fields."""
    layout = rows.dtype
    message = PointCloud2(
        header=header(t_ns, frame_id), height=1, width=len(rows), is_dense=True,
        point_step=layout.itemsize, row_step=layout.itemsize * len(rows))
    message.fields = [
        PointField(name=name, offset=about[1], count=1, datatype=_KINDS[about[0].str])
        for name, about in (layout.fields or {}).items()]
    message.data = array.array('B', rows.tobytes())
    return message


def features_from(message: PointCloud2, width: int, height: int) -> FeatureFrame:
    """
    Read features tracked in an image of some width and height.

    Raises
    ------
    ValueError
        The points are laid out otherwise than ours, there are too many, or a number is not finite
        or outside the image.

    """
    _check_layout(message)
    rows = np.frombuffer(message.data, _FEATURES)
    uv = np.stack([rows['u'], rows['v']], axis=1)
    # The centre of the first pixel is 0, its edge -0.5.
    wrong = np.flatnonzero(~((uv >= -0.5) & (uv <= np.array([width, height]) - 0.5)).all(axis=1))
    if wrong.size:
        u, v = uv[wrong[0]]
        raise ValueError(f'found pixel {u:g}, {v:g}, allowed: inside {width} x {height}')
    if (rows['age'] < 0).any() or np.unique(rows['id']).size != rows.size:
        raise ValueError('found a negative age or one id twice, allowed: ages from 0, unique ids')
    return FeatureFrame(nanoseconds(message.header.stamp), rows['id'].astype(np.int64), uv,
                        rows['age'].astype(np.int64))


def _check_layout(message: PointCloud2) -> None:
    ours = [(name, kind[1], _KINDS[kind[0].str], 1) for name, kind in _FEATURES.fields.items()]
    found = [(one.name, one.offset, one.datatype, one.count) for one in message.fields]
    size = _FEATURES.itemsize
    if found != ours or message.is_bigendian or message.point_step != size:
        raise ValueError(
            f'found fields {", ".join(str(one[0])[:20] for one in found[:8]) or "none"}, '
            f'{message.point_step} bytes a point{" big endian" if message.is_bigendian else ""}, '
            f'allowed: u, v as float64, id, age as int32, {size} bytes, little endian')
    if message.height != 1 or message.width > MOST_POINTS:
        raise ValueError(f'found {message.height} x {message.width} points, '
                         f'allowed: 1 x 0 to {MOST_POINTS}')
    if len(message.data) != message.width * size:
        raise ValueError(f'found {len(message.data)} bytes for {message.width} points, '
                         f'allowed: {message.width * size}')


def radio_message(packet: RadioPacket) -> UInt8MultiArray:
    """Write a radio frame as it goes over the air."""
    message = UInt8MultiArray()
    message.data = array.array('B', encode(packet))
    return message


def radio_from(message: UInt8MultiArray) -> RadioPacket:
    """Read a radio frame; raises ValueError for a damaged one."""
    return decode(bytes(message.data))


def camera_info_message(camera: CameraModel, frame_id: str) -> CameraInfo:
    """
    Write what OpenCV can use of a camera: its fisheye ('equidistant') model, fitted.

    The images follow JPL's CAHVORE model exactly; the fit is off by a few pixels at the edge.
    """
    fit = fit_fisheye(camera)
    message = CameraInfo(header=header(0, frame_id), width=camera.width, height=camera.height)
    message.distortion_model = 'equidistant'
    message.d = list(fit.distortion)
    fx, fy, cx, cy = fit.intrinsics
    message.k = [fx, 0.0, cx, 0.0, fy, cy, 0.0, 0.0, 1.0]
    message.r = [1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 1.0]
    message.p = [fx, 0.0, cx, 0.0, 0.0, fy, cy, 0.0, 0.0, 0.0, 1.0, 0.0]
    return message

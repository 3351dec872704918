# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""
Camera models as data: where a point falls in the image, and along which ray a pixel sees.

One law covers all cameras here, JPL's CAHVORE type 3 with linearity L (Gennery 2006; JPL's
operations models of both helicopter cameras use L = 0.37)::

    chi  = tan(L theta) / L             theta: angle from the optical axis O
    chi' = (1 + r0) chi + r1 chi^3 + r2 chi^5
    q    = O + chi' e                   e: unit vector across O, toward the point
    u, v = (q . H, q . V) / (q . A)

L = 1 is a perspective lens, L = 0 an equidistant fisheye. The entrance pupil moves along the axis
by ``(theta / sin theta - 1)(e0 + e1 theta^2 + e2 theta^4)``: up to 0.6 mm, 3 px at the feet,
nothing at a distance; so near points are projected with it, while all rays start at one point.
Pixel coordinates have their origin in the centre of the upper left pixel.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
import math

from ingenuity_nodes.cameras.lens import Lens, projection
from ingenuity_nodes.compiled.entry import floats
from ingenuity_nodes.frames import compose, Matrix3, quaternion, quaternion_from_rpy, QuatWxyz
from ingenuity_nodes.frames import R_BF, rotation_matrix, Vector3
import numpy as np
from numpy.typing import NDArray

MAX_ANGLE = math.radians(88.0)  # [rad] beyond this, points count as behind the lens


@dataclass(frozen=True)
class CameraModel:
    """One calibrated camera and how it sits in its carrier's body."""

    name: str
    width: int                  # [px]
    height: int                 # [px]
    A: Vector3                  # image plane normal, written in C
    H: Vector3                  # horizontal vector, written in C [px]
    V: Vector3                  # vertical vector, written in C [px]
    O: Vector3                  # optical axis, written in C  # noqa: E741
    R: tuple[float, float, float]  # radial coefficients
    linearity: float
    q_BC: QuatWxyz              # mounting
    p_BC: Vector3               # [m]
    E: tuple[float, float, float] = (0.0, 0.0, 0.0)  # travel of the entrance pupil [m]

    def project(self, p_C: NDArray[np.float64]) -> NDArray[np.float64]:
        """Turn points (n, 3) in the optical frame into pixels (n, 2); NaN where none is."""
        points = floats('p_C', np.atleast_2d(p_C), (None, 3))
        return np.asarray(projection().of_camera(self.lens, points))

    def __post_init__(self) -> None:
        """Compile what projects, so that no image or trigger waits for it in flight."""
        projection()

    @cached_property
    def lens(self) -> Lens:
        """Return the lens alone, as kernels take it."""
        A, H, V, O, R, E = (np.array(value, dtype=np.float64) for value in (   # noqa: E741
            self.A, self.H, self.V, self.O, self.R, self.E))
        return Lens(A, H, V, O, R, E, float(self.linearity), float(self.max_angle))

    def unproject(self, uv: NDArray[np.float64]) -> NDArray[np.float64]:
        """Turn pixels (n, 2) into unit rays (n, 3) in the optical frame."""
        pixels = floats('uv', np.atleast_2d(uv), (None, 2))
        return np.asarray(projection().back(self.lens, pixels))

    def project_world(self, p_M: NDArray[np.float64], p_MB: Vector3,
                      q_MB: QuatWxyz) -> NDArray[np.float64]:
        """Return the pixels (n, 2) of map points (n, 3) seen from a carrier at the given pose."""
        points = floats('p_M', np.atleast_2d(p_M), (None, 3))
        return np.asarray(projection().of_map(self.lens, *self.pose(p_MB, q_MB), points))

    def pose(self, p_MB: Vector3, q_MB: QuatWxyz) -> tuple[Matrix3, Vector3]:
        """Return attitude ``R_MC`` and position ``p_MC`` of the camera on a carrier at a pose."""
        R_MB = rotation_matrix(floats('q_MB', q_MB, (4,)))
        return R_MB @ self._R_BC, floats('p_MB', p_MB, (3,)) + R_MB @ self.p_BC

    @cached_property
    def _R_BC(self) -> Matrix3:
        return rotation_matrix(self.q_BC)

    def inside(self, uv: NDArray[np.float64]) -> NDArray[np.bool_]:
        """Return which pixels (n, 2) lie in the image."""
        u, v = uv[:, 0], uv[:, 1]
        return np.asarray((u >= -0.5) & (u < self.width - 0.5) & (v >= -0.5)
                          & (v < self.height - 0.5))

    @property
    def max_angle(self) -> float:
        """Return the largest angle that is projected [rad]: tan(L theta) must remain finite."""
        return min(MAX_ANGLE, 1.45 / max(self.linearity, 1e-9))

    @cached_property
    def pixel_angle(self) -> float:
        """Return the angle seen by one pixel at the centre [rad]."""
        return 1.0 / float(np.linalg.norm(np.cross(self.A, self.H)))

    def scaled(self, factor: float) -> CameraModel:
        """Build the same camera with ``factor`` times the pixels along each side."""
        width, height = max(1, round(self.width * factor)), max(1, round(self.height * factor))
        sx, sy = width / self.width, height / self.height
        H = sx * (self.H + 0.5 * self.A) - 0.5 * self.A
        V = sy * (self.V + 0.5 * self.A) - 0.5 * self.A
        return replace(self, width=width, height=height, H=H, V=V)

    @cached_property
    def corner_angle(self) -> float:
        """Return the largest angle from the axis in the image [rad]."""
        right, low = self.width - 0.5, self.height - 0.5
        rays = self.unproject(np.array([[-0.5, -0.5], [right, -0.5], [-0.5, low], [right, low]]))
        return float(np.arccos(np.clip(rays @ self.O, -1.0, 1.0)).max())


def from_cahvore(
    name: str, width: int, height: int, vectors: dict[str, tuple[float, float, float]],
    linearity: float, *, q_BX: QuatWxyz, p_BX: Vector3,
) -> CameraModel:
    """
    Build a camera from JPL's vectors ``C A H V O R E``, written in some frame X fixed in the body.

    The optical frame is chosen with z along A and x along H, and the vectors are rewritten in it.
    """
    x = {key: np.array(value) for key, value in vectors.items()}
    forward = x['A'] / np.linalg.norm(x['A'])
    right = x['H'] - (x['H'] @ forward) * forward
    right /= np.linalg.norm(right)
    R_XC = np.column_stack([right, np.cross(forward, right), forward])
    return CameraModel(name, width, height, A=R_XC.T @ x['A'], H=R_XC.T @ x['H'],
                       V=R_XC.T @ x['V'], O=R_XC.T @ (x['O'] / np.linalg.norm(x['O'])),
                       R=vectors['R'], linearity=linearity, q_BC=compose(q_BX, quaternion(R_XC)),
                       p_BC=np.asarray(p_BX) + rotation_matrix(q_BX) @ x['C'],
                       E=vectors.get('E', (0.0, 0.0, 0.0)))


def fisheye(
    name: str, size: tuple[int, int], focal: tuple[float, float], centre: tuple[float, float],
    *, k1: float = 0.0, k2: float = 0.0, linearity: float = 0.0, q_BC: QuatWxyz, p_BC: Vector3,
) -> CameraModel:
    """
    Build OpenCV's fisheye model with k1, k2 (linearity 0), or a pinhole (linearity 1).

    ``size``, ``focal`` length and ``centre`` are in pixels: across, down.
    """
    axis = np.array([0.0, 0.0, 1.0])
    (width, height), (fx, fy), (cx, cy) = size, focal, centre
    return CameraModel(
        name, width, height, A=axis, H=np.array([fx, 0.0, cx]), V=np.array([0.0, fy, cy]), O=axis,
        R=(0.0, k1, k2), linearity=linearity, q_BC=q_BC, p_BC=np.asarray(p_BC, dtype=np.float64))


def navcam() -> CameraModel:
    """Build Ingenuity's navigation camera (nasa-jpl/m2020-urdf-models: HELI_NAVCAM, MHS.urdf)."""
    roll, pitch, yaw = -0.0027, 0.0580, -1.5739
    R_FN = rotation_matrix(quaternion_from_rpy(roll, pitch, yaw))
    return from_cahvore(
        'navcam', 640, 480, {
            'C': (0.0, 0.0, 0.0), 'A': (0.0, 0.0, 1.0),
            'H': (275.360101, 0.0, 327.204951), 'V': (0.0, 275.503134, 249.65619),
            'O': (-0.005954, 0.003246, 0.999977), 'R': (0.0, 0.001066, -0.000398),
        }, 0.37, q_BX=quaternion(R_BF @ R_FN), p_BX=R_BF @ np.array([0.0, 0.0617, 0.1374]))


def rte(mounting_error_rpy: tuple[float, float, float] = (0.0, 0.0, 0.0)) -> CameraModel:
    """
    Build Ingenuity's colour camera (nasa-jpl/m2020-urdf-models: HELI_RTE_CAM).

    JPL's model is 4224 px wide, the images are 4208 px: 8 px are cut at either side.

    Parameters
    ----------
    mounting_error_rpy
        Small rotation of the camera about the body axes [rad], as calibrated: planner and shutter
        know it.

    """
    raw = from_cahvore(
        'rte', 4208, 3120, {
            'C': (-0.000385336, 0.089600896, 0.117888782),
            'A': (0.011919424, 0.725450121, 0.688171525),
            'H': (-1755.771205827, 1629.886169061, 1400.250728689),
            'V': (-87.382689219, -116.052756786, 2334.340862381),
            'O': (-0.000662614, 0.723521336, 0.6903017), 'R': (0.000144295, 0.468503803,
                                                               -0.052846372),
            'E': (-0.00068363, -0.00098111, -0.00156945),
        }, 0.37, q_BX=quaternion(R_BF), p_BX=np.zeros(3))
    error = quaternion_from_rpy(*mounting_error_rpy)
    return replace(raw, H=raw.H - 8.0 * raw.A, q_BC=compose(error, raw.q_BC))


def mastcam() -> CameraModel:
    """
    Build Perseverance's left mast camera as a pinhole.

    1608 x 1200 px of 7.4 um at the widest zoom, 26 mm, 25.6 deg wide (Bell et al. 2021,
    Mastcam-Z); in the frame of the mast head, looking along its forward axis from the lens.
    """
    q_HC = quaternion(np.array([[0.0, 0.0, 1.0], [-1.0, 0.0, 0.0], [0.0, -1.0, 0.0]]))
    focal = 26.0e-3 / 7.4e-6
    return fisheye(
        'mastcam', (1608, 1200), (focal, focal), (803.5, 599.5), linearity=1.0,
        q_BC=q_HC, p_BC=np.array([0.20, 0.122, 0.09]))


CAMERAS = {'navcam': navcam, 'rte': rte, 'mastcam': mastcam}

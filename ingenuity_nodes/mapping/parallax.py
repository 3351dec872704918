# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""
Heights from two navigation images: parallax over a common plane.

Both images are projected onto the level plane at the ground's height below the aircraft. What
stands out of the plane by s moves between both projections along the baseline ("plane and
parallax": Sawhney 1994; Irani and Anandan 1996). With cameras at p_a, p_b and heights H_a, H_b
above the plane, a point seen at Y_a in one projection and at Y_b = Y_a + F in the other has::

    g = (p_b - Y_b) / H_b - (p_a - Y_a) / H_a          F + s g = 0
    s = - F . g / (g . g)                              X = Y_a + s (p_a - Y_a) / H_a

all in the horizontal. An error of the relative pose, dp and dtheta of camera b, moves the
projection to first order by c, with r = (Y_b - p_b, -H_b)::

    c = dp_xy + (dtheta x r)_xy + (Y_b - p_b) (dp_z + (dtheta x r)_z) / H_b

It is estimated with the plane of the ground from all of F at once, by robust least squares.
"""

from __future__ import annotations

from typing import NamedTuple

import cv2
from ingenuity_nodes.cameras.model import CameraModel
from ingenuity_nodes.mapping.keyframes import Keyframe
from ingenuity_nodes.mapping.parameters import MapperParameters
import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Flow = NDArray[np.float32]

LARGEST_RESIDUAL = 3.0    # [sigma] across the baseline, and there and back
ITERATIONS = 6            # of the robust fit
SMOOTHNESS = 5.0          # of the flow; OpenCV's 20 takes another tenth off the tops of rocks
MOST_FITTED = 1000        # samples that enter the fit, about
STATES = 9                # dtheta, dp, height of the ground, its slopes
CONTRAST = 1.0            # [DN] of the local spread below which there is nothing to match


class Patch(NamedTuple):
    """A square of the map, in samples finer than cells."""

    west: float
    south: float
    step: float    # [m] between samples
    size: int      # samples along each side

    def axes(self) -> tuple[Array, Array]:
        """Return east and north of the columns and rows of samples [m]."""
        along = np.asarray((np.arange(self.size) + 0.5) * self.step, np.float64)
        return self.west + along, self.south + along


class Heights(NamedTuple):
    """Points of the ground from one pair of images."""

    x: Array           # (n,) east in M [m]
    y: Array           # (n,) north
    z: Array           # (n,) up
    sigma: Array       # (n,) of z, by the matching [m]


def patch_between(a: Keyframe, b: Keyframe, p: MapperParameters, pixel_angle: float) -> Patch:
    """Return the square below a pair of keyframes, its edges on those of cells."""
    centre = 0.5 * (a.p_MC + b.p_MC)
    height = centre[2] - 0.5 * (a.ground + b.ground)
    fine = int(np.clip(np.ceil(p.cell / (height * pixel_angle)), 1, 6))
    half = max(1, int(min(p.reach, p.aspect * height) / p.cell))
    west, south = ((np.round(centre[:2] / p.cell) - half) * p.cell)
    return Patch(float(west), float(south), p.cell / fine, 2 * half * fine)


def projected(
    key: Keyframe, camera: CameraModel, patch: Patch, ground: float,
) -> tuple[NDArray[np.uint8], NDArray[np.bool_]]:
    """Project an image onto the level plane at a height: grey values, and where there are any."""
    x, y = patch.axes()
    coarse = slice(None, None, 8)    # the lens is smooth: every eighth sample, then linear
    xs, ys = np.meshgrid(np.append(x[coarse], x[-1]), np.append(y[coarse], y[-1]))
    p_M = np.stack([xs.ravel(), ys.ravel(), np.full(xs.size, ground)], axis=1)
    uv = camera.project((p_M - key.p_MC) @ key.R_MC).reshape(*xs.shape, 2)
    u, v = (_refined(uv[:, :, k], patch.size) for k in range(2))
    seen = (u >= 1.0) & (u <= camera.width - 2.0) & (v >= 1.0) & (v <= camera.height - 2.0)
    u, v = np.nan_to_num(u, nan=-9.0), np.nan_to_num(v, nan=-9.0)
    image = cv2.remap(key.image, u, v, cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(image, np.uint8), seen


def _refined(coarse: Array, size: int) -> Flow:
    """Interpolate every eighth sample, and the last, to all."""
    at = np.append(np.arange(0, size, 8), size - 1).astype(float)
    fine = np.arange(size, dtype=float)
    cell = np.clip(np.searchsorted(at, fine, 'right') - 1, 0, at.size - 2)
    u = (fine - at[cell]) / np.maximum(at[cell + 1] - at[cell], 1.0)
    rows = coarse[cell] * (1.0 - u)[:, None] + coarse[cell + 1] * u[:, None]
    both = rows[:, cell] * (1.0 - u) + rows[:, cell + 1] * u
    return np.asarray(both, np.float32)


def matched(image_a: NDArray[np.uint8], image_b: NDArray[np.uint8]) -> Flow:
    """Return where each sample of one projection is in the other: (rows, columns, 2) samples."""
    matcher = cv2.DISOpticalFlow_create(  # type: ignore[attr-defined]
        cv2.DISOPTICAL_FLOW_PRESET_MEDIUM)
    matcher.setFinestScale(0)
    matcher.setPatchStride(3)
    matcher.setVariationalRefinementAlpha(SMOOTHNESS)
    cv2.setNumThreads(1)    # it works in as many stripes as there are threads
    return np.asarray(matcher.calc(image_a, image_b, None))


def consistent(there: Flow, back: Flow, largest: float) -> NDArray[np.bool_]:
    """Return which samples come back to where they started, within ``largest`` samples."""
    rows, columns = np.indices(there.shape[:2], dtype=np.float32)
    at_b = columns + there[:, :, 0], rows + there[:, :, 1]
    returned = cv2.remap(back, *at_b, cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT,
                         borderValue=(1e3, 1e3))
    return np.asarray(np.hypot(*np.moveaxis(there + returned, 2, 0)) < largest)


def textured(image: NDArray[np.uint8]) -> NDArray[np.bool_]:
    """Return where an image has enough contrast to be matched."""
    mean = cv2.blur(image.astype(np.float32), (9, 9))
    spread = cv2.blur(np.square(image - mean), (9, 9))
    return np.asarray(spread > CONTRAST ** 2)


class Rays(NamedTuple):
    """The samples of a pair that both images show, seen from both cameras."""

    Y_a: Array    # (n, 2) in the projection of the first image [m]
    F: Array      # (n, 2) from there to the place in the projection of the second [m]
    p_a: Array    # (3,) of the first camera over the plane, third: its height [m]
    p_b: Array

    def parallax(self, F: Array) -> Array:
        """Return g (n, 2): how far a point moves against F per metre of height."""
        Y_b = self.Y_a + F
        return np.asarray((self.p_b[:2] - Y_b) / self.p_b[2]
                          - (self.p_a[:2] - self.Y_a) / self.p_a[2])


def fit_pose_and_plane(rays: Rays, sigmas: Array, noise: float) -> tuple[Array, Array]:
    """
    Estimate the error of the relative pose and the plane of the ground together.

    Parameters
    ----------
    rays
        Samples, some of which lie on rocks.
    sigmas
        Of dtheta [rad], dp [m], height [m] and slopes (east, north) of the ground before, (9,).
    noise
        Spread of F [m].

    Returns
    -------
    tuple
        The estimates, (9,), and the error c of F that the pose makes, (n, 2) [m].

    """
    J_pose = _pose_jacobian(rays)
    g = rays.parallax(rays.F)
    local = rays.Y_a - rays.Y_a.mean(axis=0)
    plane = np.concatenate([np.ones((len(local), 1)), local], axis=1)
    J = np.concatenate([J_pose, g[:, :, None] * plane[:, None, :]], axis=2)
    prior = np.diag(1.0 / np.square(sigmas))
    x, weight = np.zeros(STATES), np.ones(len(local))
    for _ in range(ITERATIONS):
        weighted = weight[:, None, None] * J / noise ** 2
        N = np.einsum('nij,nik->jk', weighted, J) + prior
        x = np.linalg.solve(N, -np.einsum('nij,ni->j', weighted, rays.F))
        residual = np.hypot(*(rays.F + J @ x).T) / noise
        weight = 1.0 / (1.0 + np.square(residual / 2.0))    # Cauchy
    return x, J_pose @ x[:6]


def _pose_jacobian(rays: Rays) -> Array:
    """Return the derivative of c by dtheta and dp, (n, 2, 6)."""
    rho = rays.Y_a + rays.F - rays.p_b[:2]
    H = rays.p_b[2]
    J = np.zeros((len(rho), 2, 6))
    r_x, r_y, r_z = rho[:, 0], rho[:, 1], -H
    J[:, 0, 1], J[:, 0, 2] = r_z, -r_y
    J[:, 1, 0], J[:, 1, 2] = -r_z, r_x
    for k in range(2):
        J[:, k, 0] += rho[:, k] * r_y / H
        J[:, k, 1] -= rho[:, k] * r_x / H
        J[:, k, 3 + k] = 1.0
        J[:, k, 5] = rho[:, k] / H
    return J


def heights_of(
    a: Keyframe, b: Keyframe, camera: CameraModel, p: MapperParameters,
) -> Heights:
    """
    Measure the ground that two keyframes show.

    Parameters
    ----------
    a, b
        The older and the newer keyframe.
    camera
        Calibrated model of the navigation camera.
    p
        The numbers of the mapper.

    """
    ground = 0.5 * (a.ground + b.ground)
    patch = patch_between(a, b, p, camera.pixel_angle)
    (image_a, in_a), (image_b, in_b) = (projected(key, camera, patch, ground) for key in (a, b))
    there, back = matched(image_a, image_b), matched(image_b, image_a)
    up = np.array([0.0, 0.0, ground])
    pixel = max(a.p_MC[2] - ground, b.p_MC[2] - ground) * camera.pixel_angle
    noise = p.flow_noise * pixel
    good = in_a & in_b & textured(image_a) & consistent(
        there, back, LARGEST_RESIDUAL * noise / patch.step)
    x, y = np.meshgrid(*patch.axes())
    rays = Rays(np.stack([x[good], y[good]], axis=1), there[good].astype(float) * patch.step,
                a.p_MC - up, b.p_MC - up)
    if len(rays.F) < MOST_FITTED:
        return Heights(*np.zeros((4, 0)))
    thin = slice(None, None, len(rays.F) // MOST_FITTED)
    length = float(np.linalg.norm(b.p_MC - a.p_MC))
    sigmas = np.array([p.attitude_noise] * 3 + [p.baseline_noise * length] * 3
                      + [p.ground_noise] + [p.slope_noise] * 2)
    few = rays._replace(Y_a=rays.Y_a[thin], F=rays.F[thin])
    state, _ = fit_pose_and_plane(few, sigmas, noise)
    return triangulated(rays, rays.F + _pose_jacobian(rays) @ state[:6], ground, noise)


def triangulated(rays: Rays, F: Array, ground: float, noise: float) -> Heights:
    """Intersect the rays of each sample; those that pass each other by too much are left out."""
    g = rays.parallax(F)
    square = np.einsum('ni,ni->n', g, g)
    s = -np.einsum('ni,ni->n', F, g) / square
    miss = np.abs(F[:, 0] * g[:, 1] - F[:, 1] * g[:, 0]) / np.sqrt(square)
    meets = (miss < LARGEST_RESIDUAL * noise) & (s < 0.5 * rays.p_a[2])
    X = rays.Y_a + s[:, None] * (rays.p_a[:2] - rays.Y_a) / rays.p_a[2]
    sigma = noise / np.sqrt(square)
    return Heights(X[meets, 0], X[meets, 1], ground + s[meets], sigma[meets])

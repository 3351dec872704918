# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""
Wind as a pure function of time and height: all processes compute the same.

Steady wind with a logarithmic profile, turbulence as a sum of sinusoids with seeded phases whose
amplitudes follow Kaimal's spectra, and, when asked for, single gusts and a passing vortex.
The spectra in the direction of the wind, across it and upwards, with ``f = n z / U``, are

====== ==========================================
along  ``n S / s^2 = 21.9 f / (1 + 33 f)^(5/3)``
across ``n S / s^2 = 5.76 f / (1 + 9.5 f)^(5/3)``
up     ``n S / s^2 = 1.24 f / (1 + 5.3 f^(5/3))``
====== ==========================================

J. C. Kaimal et al., Q. J. R. Meteorol. Soc. 98 (1972), written over each component's variance;
they scale with height and wind speed only, which is what carries them to Mars. Turbulence is that
of a fixed point: it does not change over the few tens of metres that one flight crosses.
"""

from __future__ import annotations

from dataclasses import dataclass
import itertools
import math

from ingenuity_nodes.compiled.elementary import each, geometric
from ingenuity_nodes.compiled.entry import entry_point
from ingenuity_nodes.compiled.kernel import kernel
from ingenuity_nodes.frames import Vector3
from ingenuity_nodes.parameters import quantity
from ingenuity_nodes.timing import SECOND_NS
import numpy as np
from numpy.typing import NDArray

WAVES = 20                   # sinusoids per component
LOW_HZ, HIGH_HZ = 0.005, 4.0   # faster turbulence is smaller than the rotor and averages out
_STREAM = 7101               # names this stream of random numbers


@dataclass(frozen=True)
class WindParameters:
    """Wind at the site of a scenario."""

    speed: float = quantity(
        4.0, 'm/s', 'mean speed at the reference height', low=0.0, high=40.0,
        source='assumed: often 4 to 10 m/s by helicopter tilt (Jackson 2025, PSJ 6:21)')
    azimuth: float = quantity(
        110.0, 'deg', 'where it blows from, clockwise from north', low=-360.0, high=360.0,
        source='Newman et al. 2021: upslope by day, about from east-south-east')
    reference_height: float = quantity(
        5.0, 'm', 'height of the mean speed', low=0.5, high=100.0,
        source='assumed: altitude of the early flights')
    roughness: float = quantity(
        0.01, 'm', 'roughness length of the ground', low=1e-5, high=1.0,
        source='Sullivan et al. 2000: 3 cm at the Pathfinder site; smoother floor here')
    turbulence: float = quantity(
        0.2, '1', 'standard deviation along the wind over the mean speed', low=0.0, high=1.0,
        source='assumed: daytime convection')
    gust_speed: float = quantity(
        0.0, 'm/s', 'rise of the single gust, along the wind', low=-30.0, high=30.0,
        source='assumed: none unless asked for; gusts of 10 m/s were measured by MEDA')
    gust_cross: float = quantity(
        0.0, 'm/s', 'the same, from the right of someone who faces the wind', low=-30.0, high=30.0,
        source='assumed: none unless asked for')
    gust_start: float = quantity(
        0.0, 's', 'simulation time when the gust sets in', low=0.0, high=1e5,
        source='assumed: scenario')
    gust_duration: float = quantity(
        4.0, 's', 'length of the 1 - cosine gust', low=0.1, high=1e4,
        source='assumed: some ten rotor diameters in a wind of 4 m/s')
    vortex_speed: float = quantity(
        0.0, 'm/s', 'greatest tangential speed of a passing vortex, counter-clockwise if positive',
        low=-40.0, high=40.0, source='assumed: none unless asked for')
    vortex_radius: float = quantity(
        5.0, 'm', 'radius where it is fastest', low=0.5, high=200.0,
        source='assumed: small dust devils of Jezero are a few metres wide')
    vortex_time: float = quantity(
        0.0, 's', 'simulation time when it is nearest', low=0.0, high=1e5,
        source='assumed: scenario')
    vortex_miss: float = quantity(
        5.0, 'm', 'distance at which it passes; positive: on the right when one faces the wind',
        low=-500.0, high=500.0, source='assumed: its radius')


@kernel
def wind_at(t: float, height: float, mean: NDArray[np.float64], waves: NDArray[np.float64],
            events: NDArray[np.float64], out: NDArray[np.float64]) -> None:
    """
    Write the velocity of the air over the ground [m/s], map axes.

    Parameters
    ----------
    t, height
        Time [s] and height above the ground [m].
    mean, waves, events
        As :attr:`Wind.field` holds them.
    out
        Shape (3,).

    """
    speed, ex, ey, roughness, scale, low = mean[0], mean[1], mean[2], mean[3], mean[4], mean[5]
    above = max(height, 0.0)
    profile = math.log(1.0 + above / roughness) / scale
    along, across, up = speed * profile, 0.0, 0.0
    for k in range(waves.shape[0]):
        angle = waves[k, 0] * t
        along += waves[k, 1] * math.sin(angle + waves[k, 4])
        across += waves[k, 2] * math.sin(angle + waves[k, 5])
        up += waves[k, 3] * math.sin(angle + waves[k, 6])
    up *= min(1.0, above / low)   # no wind blows through the ground
    since = (t - events[2]) / events[3]
    if 0.0 < since < 1.0:
        rise = 0.5 * (1.0 - math.cos(2.0 * math.pi * since)) * profile
        along += events[0] * rise
        across -= events[1] * rise
    if events[4] != 0.0:
        # From the vortex to here: it drifts with the mean wind, nearest at its time.
        # A. Vatistas et al., "A simpler model for concentrated vortices", Exp. Fluids 11
        # (1991), with n = 2.
        dx, dy = -speed * (t - events[6]), -events[7]
        core2, distance2 = events[5] * events[5], dx * dx + dy * dy
        turning = (math.sqrt(2.0) * events[4] * events[5]
                   / math.sqrt(core2 * core2 + distance2 * distance2))
        along -= turning * dy
        across += turning * dx
    out[0], out[1], out[2] = along * ex - across * ey, along * ey + across * ex, up


class Wind:
    """The wind of one scenario and seed."""

    def __init__(self, parameters: WindParameters, seed: int) -> None:
        self.parameters = parameters
        p = parameters
        toward = math.radians(90.0 - p.azimuth) + math.pi
        scale = math.log(1.0 + p.reference_height / p.roughness)
        # What wind_at needs: mean wind, waves (omega, three amplitudes, three phases), events.
        self.field = (
            np.array([p.speed, math.cos(toward), math.sin(toward), p.roughness, scale,
                      p.reference_height]),
            _waves(p, np.random.default_rng([seed, _STREAM])),
            np.array([p.gust_speed, p.gust_cross, p.gust_start, p.gust_duration,
                      p.vortex_speed, p.vortex_radius, p.vortex_time, p.vortex_miss]))
        self._wind_at = entry_point(wind_at, 0.0, 0.0, *self.field, np.empty(3))

    def velocity(self, t_ns: int, height: float) -> Vector3:
        """Return the velocity of the air at a time and height above the ground, in M [m/s]."""
        out = np.empty(3)
        self._wind_at(t_ns / SECOND_NS, height, *self.field, out)
        return out


def _waves(parameters: WindParameters, generator: np.random.Generator) -> NDArray[np.float64]:
    """Return angular frequency, amplitudes along, across, up, and phases; one row per wave."""
    edges = geometric(LOW_HZ, HIGH_HZ, WAVES + 1)
    # Within its band each frequency is drawn, so that the sum never repeats.
    n = np.array([low * math.pow(high / low, float(generator.random()))
                  for low, high in itertools.pairwise(edges.tolist())])
    phases = generator.random((WAVES, 3)) * 2.0 * math.pi
    speed = max(parameters.speed, 0.1)
    f = n * parameters.reference_height / speed
    width = np.diff(each(math.log, edges))
    # Standard deviations across and up against along: Kaimal et al. 1972, near-neutral layer.
    sigma = parameters.turbulence * parameters.speed * np.array([1.0, 0.8, 0.5])
    density = np.stack([
        21.9 * f / each(_five_thirds, 1.0 + 33.0 * f),
        5.76 * f / each(_five_thirds, 1.0 + 9.5 * f),
        1.24 * f / (1.0 + 5.3 * each(_five_thirds, f))], axis=1)
    amplitudes = np.sqrt(2.0 * density * width[:, None]) * sigma
    return np.ascontiguousarray(np.column_stack([2.0 * math.pi * n, amplitudes, phases]))


def _five_thirds(x: float) -> float:
    return math.pow(x, 5.0 / 3.0)

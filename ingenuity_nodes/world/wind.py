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


# One sinusoid: angular frequency [rad/s]; amplitude [m/s] and phase along, across, up.
WAVE = np.dtype([('omega', 'f8'), ('amplitude', 'f8', (3,)), ('phase', 'f8', (3,))], align=True)
WIND_FIELD = np.dtype([
    # mean wind at the reference height, unit vector east and north that it blows towards
    ('speed', 'f8'), ('toward', 'f8', (2,)),
    ('roughness', 'f8'), ('profile_scale', 'f8'), ('reference_height', 'f8'),
    ('waves', WAVE, (WAVES,)),
    ('gust_speed', 'f8'), ('gust_cross', 'f8'), ('gust_start', 'f8'), ('gust_duration', 'f8'),
    ('vortex_speed', 'f8'), ('vortex_radius', 'f8'), ('vortex_time', 'f8'), ('vortex_miss', 'f8'),
], align=True)


@kernel
def wind_at(t: float, height: float, field: NDArray[np.void], out: NDArray[np.float64]) -> None:
    """
    Write the velocity of the air over the ground [m/s], map axes.

    Parameters
    ----------
    t, height
        Time [s] and height above the ground [m].
    field
        As :attr:`Wind.field`.
    out
        Shape (3,).

    """
    f = field[0]
    above = max(height, 0.0)
    profile = math.log(1.0 + above / f.roughness) / f.profile_scale
    along, across, up = f.speed * profile, 0.0, 0.0
    for k in range(WAVES):
        wave = f.waves[k]
        angle = wave.omega * t
        along += wave.amplitude[0] * math.sin(angle + wave.phase[0])
        across += wave.amplitude[1] * math.sin(angle + wave.phase[1])
        up += wave.amplitude[2] * math.sin(angle + wave.phase[2])
    up *= min(1.0, above / f.reference_height)   # no wind blows through the ground
    since = (t - f.gust_start) / f.gust_duration
    if 0.0 < since < 1.0:
        rise = 0.5 * (1.0 - math.cos(2.0 * math.pi * since)) * profile
        along += f.gust_speed * rise
        across -= f.gust_cross * rise
    if f.vortex_speed != 0.0:
        # From the vortex to here: it drifts with the mean wind, nearest at its time.
        # A. Vatistas et al., "A simpler model for concentrated vortices", Exp. Fluids 11
        # (1991), with n = 2.
        dx, dy = -f.speed * (t - f.vortex_time), -f.vortex_miss
        core2, distance2 = f.vortex_radius * f.vortex_radius, dx * dx + dy * dy
        turning = (math.sqrt(2.0) * f.vortex_speed * f.vortex_radius
                   / math.sqrt(core2 * core2 + distance2 * distance2))
        along -= turning * dy
        across += turning * dx
    east, north = f.toward[0], f.toward[1]
    out[0], out[1], out[2] = along * east - across * north, along * north + across * east, up


class Wind:
    """The wind of one scenario and seed."""

    def __init__(self, parameters: WindParameters, seed: int) -> None:
        self.parameters, self._seed = parameters, seed
        self.field = np.zeros(1, WIND_FIELD)
        self.change(parameters)
        self._wind_at = entry_point(wind_at, 0.0, 0.0, self.field, np.empty(3))

    def change(self, parameters: WindParameters) -> None:
        """Blow otherwise from now on; the waves keep their frequencies and phases."""
        self.parameters = p = parameters
        toward = math.radians(90.0 - p.azimuth) + math.pi
        for name in ('speed', 'roughness', 'reference_height', 'gust_speed', 'gust_cross',
                     'gust_start', 'gust_duration', 'vortex_speed', 'vortex_radius',
                     'vortex_time', 'vortex_miss'):
            self.field[name] = getattr(p, name)
        self.field['toward'] = math.cos(toward), math.sin(toward)
        self.field['profile_scale'] = math.log(1.0 + p.reference_height / p.roughness)
        self.field['waves'] = _waves(p, np.random.default_rng([self._seed, _STREAM]))

    def velocity(self, t_ns: int, height: float) -> Vector3:
        """Return the velocity of the air at a time and height above the ground, in M [m/s]."""
        out = np.empty(3)
        self._wind_at(t_ns / SECOND_NS, height, self.field, out)
        return out


def _waves(parameters: WindParameters, generator: np.random.Generator) -> NDArray[np.void]:
    """Draw the waves, shape (WAVES,) of :data:`WAVE`."""
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
    waves = np.zeros(WAVES, WAVE)
    waves['omega'], waves['phase'] = 2.0 * math.pi * n, phases
    waves['amplitude'] = np.sqrt(2.0 * density * width[:, None]) * sigma
    return waves


def _five_thirds(x: float) -> float:
    return math.pow(x, 5.0 / 3.0)

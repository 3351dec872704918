# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""
Constants of Mars and its air.

The air is a perfect gas of the composition that Mars has near the ground; viscosity and the ratio
of specific heats follow carbon dioxide, which is 95 % of it.
"""

from __future__ import annotations

import math

from ingenuity_nodes.signals import Air

GRAVITY = 3.72         # [m/s^2] GM / r^2 with J2, less rotation, at Jezero; published 3.71 to 3.73
GAS_CONSTANT = 191.8   # [J/(kg K)] 8.31446 J/(mol K) over 43.34 g/mol, NASA Mars fact sheet
# Sutherland's law for carbon dioxide, F. M. White, "Viscous Fluid Flow", table 1-2.
_VISCOSITY_REFERENCE = 1.370e-5   # [Pa s]
_VISCOSITY_TEMPERATURE = 273.0    # [K]
_SUTHERLAND = 222.0               # [K]
# Vibration of CO2 (theta = 960 K, two-fold degenerate bending mode) raises c_v with temperature;
# Einstein function, Vincenti and Kruger, "Introduction to Physical Gas Dynamics", ch. IV.
_BENDING_TEMPERATURE = 960.0      # [K]


def heat_capacity_ratio(temperature: float) -> float:
    """Return the ratio of specific heats of carbon dioxide, a linear molecule that also bends."""
    x = _BENDING_TEMPERATURE / temperature
    vibration = 2.0 * x * x * math.exp(x) / (math.exp(x) - 1.0) ** 2
    volume_heat = 2.5 + vibration
    return (volume_heat + 1.0) / volume_heat


def viscosity(temperature: float) -> float:
    """Return the dynamic viscosity of carbon dioxide [Pa s] at a temperature [K]."""
    ratio = temperature / _VISCOSITY_TEMPERATURE
    return float(_VISCOSITY_REFERENCE * ratio ** 1.5
                 * (_VISCOSITY_TEMPERATURE + _SUTHERLAND) / (temperature + _SUTHERLAND))


def air_at(pressure: float, temperature: float) -> Air:
    """
    Build the still air from its pressure [Pa] and temperature [K].

    Raises
    ------
    ValueError
        Pressure or temperature is not a positive finite number.

    """
    if not (0.0 < pressure < math.inf and 0.0 < temperature < math.inf):
        raise ValueError(f'found {pressure} Pa, {temperature} K; allowed: positive numbers')
    return Air(
        density=pressure / (GAS_CONSTANT * temperature),
        temperature=temperature,
        pressure=pressure,
        speed_of_sound=math.sqrt(heat_capacity_ratio(temperature) * GAS_CONSTANT * temperature),
    )


def air_of_density(density: float, temperature: float) -> Air:
    """Build the still air from its density [kg/m^3] and temperature [K]."""
    return air_at(density * GAS_CONSTANT * temperature, temperature)

# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""On the ground: landing, sliding, tipping over, blade strike, and no energy from nowhere."""

import math

from ingenuity_nodes.frames import quaternion_from_rpy, rotation_matrix, rpy_from_quaternion, tilt
from ingenuity_nodes.signals import RotorCommand
from ingenuity_nodes.vehicle.body import BodyParameters
from ingenuity_nodes.vehicle.helicopter import Vehicle, VehicleParameters
from ingenuity_nodes.vehicle.landing_gear import LandingGearParameters
from ingenuity_nodes.world import rocks as rock
from ingenuity_nodes.world.mars import air_of_density, GRAVITY
from ingenuity_nodes.world.terrain import Terrain, TerrainParameters
import numpy as np
import pytest

AIR, VACUUM = air_of_density(0.0165, 235.0), air_of_density(1e-12, 235.0)
FLIGHT_SPEED = 265.68
FEET = np.array([(a * 0.293, b * 0.293, -0.266) for a in (1, -1) for b in (1, -1)])


def slope(angle_deg, toward=0.0):
    """Plane that rises towards an azimuth counter-clockwise from east."""
    axis = np.arange(-20.0, 20.1, 1.0)
    x, y = np.meshgrid(axis, axis)
    heights = math.tan(math.radians(angle_deg)) * (x * math.cos(toward) + y * math.sin(toward))
    return Terrain(TerrainParameters(relief=0.0), 0, dem=(heights, -20.0, -20.0, 1.0))


def lowered(terrain, q_MB=None, v_M=(0.0, 0.0, -1.0), rotor_speed=0.0, collective=0.0,
            parameters=None):
    """Build a helicopter whose lowest foot just touches, moving at ``v_M``."""
    q_MB = np.array([1.0, 0.0, 0.0, 0.0]) if q_MB is None else q_MB
    feet = FEET @ rotation_matrix(q_MB).T
    z = max(terrain.height(x, y) - foot_z for x, y, foot_z in feet)
    p_MB = np.array([0.0, 0.0, z])
    vehicle = Vehicle(parameters or VehicleParameters(), terrain, p_MB, q_MB, rotor_speed)
    vehicle._state['x'][0, 3:6] = v_M
    vehicle._state['servo'] = collective
    return vehicle


def drop(vehicle, seconds=4.0, rotor_speed=0.0, collective=0.0, air=VACUUM):
    command = RotorCommand((collective,) * 2, (0.0,) * 2, (0.0,) * 2, rotor_speed)
    for _ in range(int(seconds * 500)):
        vehicle.step(command, air, np.zeros(3), 0.0)
        if vehicle.status.failure:
            break
    return vehicle


@pytest.mark.parametrize('toward', [0.0, 0.8, 2.0])
def test_dropped_at_1_m_per_s_on_a_5_degree_slope_it_comes_to_rest_upright(toward):
    vehicle = drop(lowered(slope(5.0, toward)))
    assert vehicle.status.failure == ''
    assert vehicle.status.feet_on_ground == 4
    assert math.degrees(tilt(vehicle.truth.q_MB)) == pytest.approx(5.0, abs=0.5)
    assert np.linalg.norm(vehicle.truth.v_MB) < 1e-3


def test_dropped_at_1_m_per_s_on_a_30_degree_slope_it_tips_over():
    assert drop(lowered(slope(30.0))).status.failure == 'tipped over'


@pytest.mark.parametrize('collective', [0.05, 0.10, 0.165])
def test_touching_down_at_25_degrees_with_the_drift_that_tilt_brings_strikes_a_blade(collective):
    # A second at 25 deg brings g tan 25 deg = 1.7 m/s towards the low side.
    q_MB = quaternion_from_rpy(0.0, math.radians(25.0), 0.0)
    vehicle = lowered(slope(0.0), q_MB, (1.7, 0.0, -1.0), FLIGHT_SPEED, collective)
    drop(vehicle, 1.0, FLIGHT_SPEED, collective, AIR)
    assert vehicle.status.failure == 'blade strike'


def test_touching_down_level_with_the_blades_flat_strikes_nothing():
    vehicle = drop(lowered(slope(0.0), rotor_speed=FLIGHT_SPEED), 2.0, FLIGHT_SPEED, 0.0, AIR)
    assert vehicle.status.failure == ''
    assert vehicle.status.feet_on_ground == 4


def test_after_a_blade_strike_there_is_no_thrust():
    q_MB = quaternion_from_rpy(0.0, math.radians(25.0), 0.0)
    vehicle = lowered(slope(0.0), q_MB, (1.7, 0.0, -1.0), FLIGHT_SPEED, 0.1)
    drop(vehicle, 1.0, FLIGHT_SPEED, 0.1, AIR)
    assert vehicle.status.failure == 'blade strike'
    command = RotorCommand((0.1, 0.1), (0.0, 0.0), (0.0, 0.0), FLIGHT_SPEED)
    vehicle.step(command, AIR, np.zeros(3), 0.0)
    assert vehicle.status.thrust == (0.0, 0.0)


def test_dropped_from_three_metres_it_breaks_a_leg():
    assert drop(lowered(slope(0.0), v_M=(0.0, 0.0, -4.7))).status.failure == 'leg broken'


def mechanical_energy(vehicle):
    body, x = BodyParameters(), vehicle._state['x'][0]
    w = x[10:13]
    turning = 0.5 * w @ (np.array(body.inertia) * w)
    return body.mass * (GRAVITY * x[2] + 0.5 * x[3:6] @ x[3:6]) + turning


@pytest.mark.parametrize('angle_deg, v_M, rpy', [
    (0.0, (0.0, 0.0, -1.0), (0.0, 0.0, 0.0)), (0.0, (1.0, 0.5, -0.8), (0.1, 0.0, 0.3)),
    (10.0, (0.0, 0.0, -1.0), (0.0, 0.1, 0.0)), (30.0, (0.5, 0.0, -0.5), (0.0, 0.0, 0.7))])
def test_the_ground_never_gives_energy(angle_deg, v_M, rpy):
    vehicle = lowered(slope(angle_deg), quaternion_from_rpy(*rpy), v_M)
    command = RotorCommand((0.0, 0.0), (0.0, 0.0), (0.0, 0.0), 0.0)
    # The legs' springs hold some for a while and give it back: never more than was there before.
    highest, last, crests = mechanical_energy(vehicle), mechanical_energy(vehicle), []
    previous = highest
    for _ in range(1500):
        vehicle.step(command, VACUUM, np.zeros(3), 0.0)
        now = mechanical_energy(vehicle)
        assert now < highest + 1e-3
        if last > previous and last > now:
            crests.append(last)
        previous, last = last, now
    assert all(np.diff(crests) < 1e-3)


def test_at_rest_the_legs_carry_the_weight():
    vehicle = drop(lowered(slope(0.0), v_M=(0.0, 0.0, 0.0)))
    sunk = 0.266 - vehicle.truth.p_MB[2]
    gear = VehicleParameters().landing_gear
    assert 4.0 * gear.stiffness * sunk == pytest.approx(1.8 * GRAVITY, rel=1e-3)


def test_sliding_on_level_ground_it_slows_by_friction_and_stops():
    vehicle = drop(lowered(slope(0.0), v_M=(0.5, 0.0, 0.0)), 3.0)
    assert vehicle.status.failure == ''
    assert np.linalg.norm(vehicle.truth.v_MB) < 1e-3
    assert 0.0 < vehicle.truth.p_MB[0] + 0.1
    assert abs(vehicle.truth.p_MB[0]) < 0.5


@pytest.mark.parametrize('friction, slides', [(0.2, True), (1.0, False)])
def test_it_slides_down_a_slope_that_friction_does_not_hold(friction, slides):
    parameters = VehicleParameters(landing_gear=LandingGearParameters(friction=friction))
    down = quaternion_from_rpy(0.0, -math.radians(20.0), 0.0)   # feet flat on the slope
    vehicle = drop(lowered(slope(20.0), down, (0.0, 0.0, 0.0), parameters=parameters), 2.0)
    # Free sliding: g (sin 20 - 0.2 cos 20 deg) t^2 / 2 along the slope.
    angle = math.radians(20.0)
    free = 0.5 * GRAVITY * (math.sin(angle) - friction * math.cos(angle)) * 2.0 ** 2
    along = -vehicle.truth.p_MB[0] / math.cos(math.radians(20.0))
    if slides:
        assert along == pytest.approx(free + 0.05, abs=0.15)
    else:
        assert abs(along) < 0.12


class OneRock:
    """A single rock under the front left foot, in the form of :class:`Rocks`."""

    def __init__(self, height):
        self.row = np.zeros((1, rock.COLUMNS))
        self.row[0, [rock.X, rock.Y]] = 0.293
        self.row[0, [rock.HALF_LENGTH, rock.HALF_WIDTH]] = 0.1
        self.row[0, [rock.Z, rock.HALF_HEIGHT]] = height / 2.0, height / 2.0

    def around(self, x, y, radius):
        return self.row


def test_a_foot_that_comes_down_on_a_rock_lifts_its_corner():
    p_MB, level = np.array([0.0, 0.0, 0.32]), np.array([1.0, 0.0, 0.0, 0.0])
    vehicle = Vehicle(VehicleParameters(), slope(0.0), p_MB, level, rocks=OneRock(0.05))
    drop(vehicle)
    assert vehicle.status.failure == ''
    roll, pitch, _ = rpy_from_quaternion(vehicle.truth.q_MB)
    # The rock is 5 cm tall and the diagonal 83 cm: some 3 deg, away from front left.
    assert 1.5 < math.degrees(tilt(vehicle.truth.q_MB)) < 5.0
    assert roll > 0.0 and pitch < 0.0

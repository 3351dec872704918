# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""Perseverance: where it stands, where its mast looks, what its base station receives."""

import hashlib
import math

from ingenuity_nodes.cameras.model import mastcam, rte
from ingenuity_nodes.cameras.response import encode_jpeg
from ingenuity_nodes.frames import quaternion_from_rpy, rotation_matrix
from ingenuity_nodes.photo.self_recognition import self_finder
from ingenuity_nodes.photo.target_box import target_box
from ingenuity_nodes.radio.parameters import RadioParameters
from ingenuity_nodes.radio.station import Station
from ingenuity_nodes.radio.telemetry import Telemetry
from ingenuity_nodes.rover.drive import Drive
from ingenuity_nodes.rover.parameters import RoverParameters
from ingenuity_nodes.rover.perseverance import resting_pose, Rover, RoverInputs
from ingenuity_nodes.scenario.environment import rover_of
from ingenuity_nodes.signals import ImageOrder, Truth
from ingenuity_nodes.timing import TICK_NS
import numpy as np
import pytest

PHOTO = np.random.default_rng(1).bytes(20_000)
HOME = np.array([0.0, 0.0, 0.3])
AT_REST = Telemetry((0.0, 0.0, 0.3), 'landed', True, 0.9)
FORWARD = np.array([1.0, 0.0, 0.0])


@pytest.fixture
def rover(flight_3, environment):
    return rover_of(flight_3.rovers[0], environment, seed=1)


def at(where, name='ingenuity'):
    zero = np.zeros(3)
    return {name: (Truth(0, where, zero, np.array([1.0, 0.0, 0.0, 0.0]), zero, zero, zero),)}


def send_photo(rover, where, ticks=200):
    """Send one photo and give the files that the rover has after some ticks."""
    station, files, answers = Station(RadioParameters(), 'ingenuity'), [], ()
    station.send('rte_000043000.jpg', PHOTO)
    for tick in range(1, ticks):
        station.receive(answers)
        packets = {'ingenuity': tuple(station.transmit(tick * TICK_NS, AT_REST))}
        output = rover.tick(tick * TICK_NS, RoverInputs(packets, at(where)))
        answers = output.packets.get('ingenuity', ())
        files += output.files
    return files


def test_it_stands_on_the_ground_at_its_place_and_stays(rover, flight_3, environment):
    first, last = (rover.tick(t_ns, RoverInputs()).state for t_ns in (TICK_NS, 5000 * TICK_NS))
    assert tuple(first.p_MB[:2]) == flight_3.rovers[0].position
    assert first.p_MB[2] == environment.terrain.height(*first.p_MB[:2])
    assert np.array_equal(first.p_MB, last.p_MB)


def test_its_nose_points_along_its_azimuth(rover):
    # 175.2 deg: nearly south, a little east.
    nose_M = rotation_matrix(rover.tick(TICK_NS, RoverInputs()).state.q_MB) @ FORWARD
    assert nose_M[:2] == pytest.approx(
        [math.sin(math.radians(175.2)), math.cos(math.radians(175.2))])


def test_the_mast_camera_follows_what_telemetry_says_not_where_the_helicopter_is(
        flight_3, environment):
    # Telemetry of a helicopter that is lost: it believes to be 30 m south of the rover.
    orders = (ImageOrder('ingenuity'),)
    rover = Rover(RoverParameters(), resting_pose((63.01, -6.56), 175.2, environment.terrain), 1,
                  Drive(RoverParameters().drive, environment.terrain, ((63.01, -6.56, 0.0), 0.0),
                        1), image_orders=orders)
    lost = AT_REST._replace(position=(63.0, -36.56, 1.0))
    station, shots = Station(RadioParameters(), 'ingenuity'), []
    for tick in range(1, 500):
        packets = {'ingenuity': tuple(station.transmit(tick * TICK_NS, lost))}
        shots += rover.tick(tick * TICK_NS, RoverInputs(packets, at(HOME))).exposures
    (shot,) = shots
    seen = mastcam().project_world(np.array([lost.position]), shot.p_MB, shot.q_MB)[0]
    assert seen == pytest.approx((803.5, 599.5), abs=50.0)


def test_the_mast_is_tilted_as_the_parameter_says(flight_3, environment):
    tilted = flight_3.rovers[0].model_copy(update={'overrides': {'mast_tilt': 0.3}})
    states = [rover_of(section, environment, seed=1).tick(TICK_NS, RoverInputs()).state
              for section in (flight_3.rovers[0], tilted)]
    assert [state.mast_tilt for state in states] == [0.0, 0.3]


def test_without_an_order_the_mast_looks_ahead(rover):
    assert rover.tick(TICK_NS, RoverInputs({}, at(HOME))).state.mast_azimuth == 0.0


def test_a_photo_from_the_airfield_arrives_whole_with_its_checksum(rover):
    files = send_photo(rover, HOME)
    assert [(file.sender, file.name, file.content) for file in files] == [
        ('ingenuity', 'rte_000043000.jpg', PHOTO)]
    assert files[0].sha256 == hashlib.sha256(PHOTO).hexdigest()


def test_a_photo_from_ten_kilometres_does_not_arrive(rover):
    # NASA: the radios reach 1 km.
    assert send_photo(rover, np.array([10_000.0, 0.0, 5.0])) == []


def test_the_same_seed_receives_the_same_frames(flight_3, environment):
    edge = np.array([1150.0, -6.56, 1.0])
    rovers = [rover_of(flight_3.rovers[0], environment, seed=1) for _ in range(2)]
    times = [[file.t_ns for file in send_photo(rover, edge)] for rover in rovers]
    assert times[0] == times[1]


def test_two_helicopters_are_kept_separate_and_only_photos_are_receipted(rover):
    stations = {name: Station(RadioParameters(), name) for name in ('ingenuity', 'scout')}
    stations['scout'].send('rte_000000001_thumb.jpg', b'small')
    stations['scout'].send('rte_000000001.jpg', b'mine')
    down, files, receipts = {}, [], []
    for tick in range(1, 200):
        up = {}
        for name, station in stations.items():
            station.receive(down.get(name, ()))
            up[name] = tuple(station.transmit(tick * TICK_NS, AT_REST))
        output = rover.tick(tick * TICK_NS, RoverInputs(up, at(HOME) | at(HOME, 'scout')))
        down, files, receipts = (
            output.packets, [*files, *output.files], [*receipts, *output.receipts])
    assert [(file.sender, file.name) for file in files] == [
        ('scout', 'rte_000000001_thumb.jpg'), ('scout', 'rte_000000001.jpg')]
    assert [(receipt.sender, receipt.name) for receipt in receipts] == [
        ('scout', 'rte_000000001.jpg')]
    assert rover.telemetry.keys() == {'ingenuity', 'scout'}


def test_without_a_line_of_sight_nothing_arrives_and_the_log_names_it_once(flight_3, environment):
    class Rise:
        """5 m high, north of the rover."""

        def height(self, east, north):
            return 0.0

        def heights(self, easts, norths):
            return 5.0 * (np.abs(norths - 10.0) < 2.0)

    parked = Drive(RoverParameters().drive, Rise(), ((0.0, 0.0, 0.0), 0.0), 1)
    rover = Rover(
        RoverParameters(), resting_pose((0.0, 0.0), 0.0, Rise()), 1, parked, terrain=Rise())
    log, heights = [], [40.0] * 100 + [0.3] * 300 + [40.0] * 100
    station, came = Station(RadioParameters(), 'ingenuity'), []
    for tick, up in enumerate(heights, 1):
        packets = {'ingenuity': tuple(station.transmit(tick * TICK_NS, AT_REST))}
        output = rover.tick(tick * TICK_NS, RoverInputs(
            packets, at(np.array([0.0, 60.0, up]))))
        log += output.log
        came.append(rover.telemetry['ingenuity'].received_ns if rover.telemetry else 0)
    assert log == ['no line of sight to ingenuity', 'line of sight again to ingenuity']
    assert came[399] < 112 * TICK_NS < 480 * TICK_NS < came[499]


def test_a_damaged_or_foreign_frame_is_named_once_per_kind(rover):
    log = []
    for tick in range(1, 20):
        strange = Station(RadioParameters(), 'stranger').transmit(10 * TICK_NS, AT_REST)
        log += rover.tick(
            tick * TICK_NS, RoverInputs({'ingenuity': tuple(strange)}, at(HOME))).log
    assert log == ['radio frame refused: sender, further ones are counted']


def test_only_a_rover_that_finds_itself_in_a_photo_says_so(flight_3, environment):
    def caption(found):
        rover = rover_of(flight_3.rovers[0], environment, 1, lambda *_: found)
        return send_photo(rover, HOME)[0].caption

    assert caption((0.25, 0.5)) == ('Oh hey, there I am! 25 % from the left, 50 % from the top, '
                                    'at 43.00 s (rte_000043000.jpg)')
    assert caption(None) == 'rte_000043000.jpg from ingenuity, 20 kB'


def test_the_caption_tells_distance_and_height_of_the_exposure_as_telemetry_has_them(
        flight_3, environment):
    # At the exposure it reports to be 10 m up and 24 m north of the rover, 26 m away; later and in
    # truth it is elsewhere.
    rover = rover_of(flight_3.rovers[0], environment, 1, lambda *_: (0.1, 0.9))
    up = environment.terrain.height(63.01, -6.56) + 10.0
    station, answers, files = Station(RadioParameters(), 'ingenuity'), (), []
    station.send('rte_000000500.jpg', PHOTO)
    for tick in range(1, 300):
        station.receive(answers)
        there = AT_REST._replace(position=(63.01, 17.44, up) if tick < 70 else (0.0, 0.0, 0.0))
        packets = {'ingenuity': tuple(station.transmit(tick * TICK_NS, there))}
        output = rover.tick(tick * TICK_NS, RoverInputs(packets, at(HOME)))
        answers, files = output.packets.get('ingenuity', ()), [*files, *output.files]
    assert files[0].caption == (
        f'Oh hey, there I am! 10 % from the left, 90 % from the top, from 26 m away and {up:.1f} '
        'm up, at 0.50 s (rte_000000500.jpg)')


def test_it_is_searched_for_from_where_the_helicopter_was_at_the_exposure(flight_3, environment):
    asked = []
    rover = rover_of(flight_3.rovers[0], environment, 1,
                     lambda content, truth, state: asked.append((content, truth.t_ns)))
    station, answers = Station(RadioParameters(), 'ingenuity'), ()
    station.send('rte_000000500.jpg', PHOTO)
    for tick in range(1, 300):
        station.receive(answers)
        where = at(HOME)['ingenuity'][0]._replace(t_ns=tick * TICK_NS)
        packets = {'ingenuity': tuple(station.transmit(tick * TICK_NS, AT_REST))}
        output = rover.tick(tick * TICK_NS, RoverInputs(packets, {'ingenuity': (where,)}))
        answers = output.packets.get('ingenuity', ())
    assert asked == [(PHOTO, 500_000_000)]


def test_it_finds_itself_by_the_pixels_alone(flight_3, environment):
    camera = rte()
    rover = rover_of(flight_3.rovers[0], environment, 1)
    state = rover.tick(TICK_NS, RoverInputs()).state
    # 15 m west of the rover, the colour camera, which looks to the right, toward it.
    q_MB = quaternion_from_rpy(0.0, 0.0, math.pi / 2)
    p_MB = state.p_MB + np.array([-15.0, 0.0, 6.0])
    carrier = at(p_MB)['ingenuity'][0]._replace(q_MB=q_MB)
    box = target_box(camera, p_MB, q_MB, state.p_MB, state.q_MB)
    assert box.visible_fraction > 0.9
    ground = np.full((camera.height, camera.width, 3), (150, 105, 70), np.uint8)
    ground += np.random.default_rng(1).integers(0, 6, ground.shape, np.uint8)
    there = ground.copy()
    there[round(box.v0):round(box.v1), round(box.u0):round(box.u1)] = 190
    find = self_finder()
    across, down = find(encode_jpeg(there), carrier, state)
    assert (across * camera.width, down * camera.height) == pytest.approx(box.centre, abs=20.0)
    assert find(encode_jpeg(ground), carrier, state) is None
    assert find(b'no image', carrier, state) is None

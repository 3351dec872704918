# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""A mission is read from a bag of its topics, whoever recorded it."""

from __future__ import annotations

from ingenuity_nodes.recording.bag.typestore import TYPES
from ingenuity_nodes.recording.bag.writer import BagQos, BagWriter
from ingenuity_nodes.recording.mission_from_bag import mission_of_bag
from ingenuity_nodes.recording.mission_record import Decision, SentPath
from ingenuity_nodes.signals import FREE, HAZARD, UNKNOWN
import numpy as np
import pytest

QOS = BagQos(depth=10, reliable=True, latched=True)


def made(kind, **fields):
    return TYPES.types[kind](**fields)


def stamped(t_ns):
    time = made('builtin_interfaces/msg/Time', sec=t_ns // 10**9, nanosec=t_ns % 10**9)
    return made('std_msgs/msg/Header', stamp=time, frame_id='map')


def pose(x, y, z=0.0):
    return made('geometry_msgs/msg/Pose', position=made('geometry_msgs/msg/Point', x=x, y=y, z=z),
                orientation=made('geometry_msgs/msg/Quaternion', x=0.0, y=0.0, z=0.0, w=1.0))


class Bag:
    """Write messages by their fields."""

    def __init__(self, folder):
        self._writer = BagWriter(folder)

    def put(self, topic, t_ns, kind, **fields):
        self._writer.write(topic, kind, QOS, t_ns, bytes(TYPES.serialize_cdr(
            made(kind, **fields), kind)))

    def text(self, topic, t_ns, data):
        self.put(topic, t_ns, 'std_msgs/msg/String', data=data)

    def truth(self, t_ns, x, y):
        vector = made('geometry_msgs/msg/Vector3', x=0.0, y=0.0, z=0.0)
        self.put('/rover_1/ground_truth/odometry', t_ns, 'nav_msgs/msg/Odometry',
                 header=stamped(t_ns), child_frame_id='rover_1/base_link',
                 pose=made('geometry_msgs/msg/PoseWithCovariance', pose=pose(x, y, 0.5),
                           covariance=np.zeros(36)),
                 twist=made('geometry_msgs/msg/TwistWithCovariance',
                            twist=made('geometry_msgs/msg/Twist', linear=vector, angular=vector),
                            covariance=np.zeros(36)))

    def path(self, t_ns, *points):
        self.put('/rover_1/path', t_ns, 'nav_msgs/msg/Path', header=stamped(0), poses=[
            made('geometry_msgs/msg/PoseStamped', header=stamped(0), pose=pose(x, y))
            for x, y in points])

    def hazards(self, t_ns, cells):
        info = made('nav_msgs/msg/MapMetaData', map_load_time=stamped(0).stamp, resolution=0.5,
                    width=3, height=2, origin=pose(10.0, -20.0))
        self.put('/map/hazards', t_ns, 'nav_msgs/msg/OccupancyGrid', header=stamped(t_ns),
                 info=info, data=np.array(cells, np.int8))

    def close(self):
        self._writer.close()


@pytest.fixture(scope='module')
def mission(tmp_path_factory):
    folder = tmp_path_factory.mktemp('run') / 'bag'
    bag = Bag(folder)
    bag.text('/mission/log', 20_000_000, '0.02 s: scout: plan uplinked, 5 segments')
    bag.text('/mission/log', 30_000_000, 'a line of somebody else')
    bag.text('/rover_1/drive_state', 0, 'parked at 1.0 2.0, 0 ns')
    for t_ns, x in ((0, 1.0), (1, 1.0), (2, 1.5), (3, 2.0), (4, 2.0)):
        bag.truth(t_ns, x, 2.0)
    bag.path(2, (4.0, 5.0), (6.0, 7.0))
    bag.path(3)
    bag.hazards(2, [0, 0, 0, 0, 0, 0])
    bag.hazards(4, [0, 100, -1, 0, 0, 100])
    bag.close()
    return mission_of_bag(folder)


def test_lines_of_the_mission_log_are_decisions_and_others_are_not(mission):
    assert mission.decisions == [Decision(20_000_000, 'scout: plan uplinked, 5 segments')]


def test_a_rover_has_its_true_path_where_it_moved_and_what_it_was_sent(mission):
    (rover,) = mission.rovers.values()
    assert rover.name == 'rover_1'
    assert rover.p_MB.tolist() == [[1.0, 2.0, 0.5], [1.5, 2.0, 0.5], [2.0, 2.0, 0.5]]
    assert rover.t_ns.tolist() == [0, 2, 3]
    assert rover.paths == [SentPath(2, ((4.0, 5.0), (6.0, 7.0))), SentPath(3, ())]
    assert (rover.start, rover.goal) == ((1.0, 2.0), (6.0, 7.0))


def test_the_newest_map_counts_and_is_a_map_without_heights_where_there_are_none(mission):
    hazards = mission.hazard_map
    assert (hazards.t_ns, hazards.west, hazards.south, hazards.cell) == (4, 10.0, -20.0, 0.5)
    assert hazards.hazard.tolist() == [[FREE, HAZARD, UNKNOWN], [FREE, FREE, HAZARD]]
    assert np.isnan(hazards.height).all()

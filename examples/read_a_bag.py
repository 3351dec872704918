# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""Read a bag into numpy and draw it: ``python examples/read_a_bag.py runs/latest/bag bag.png``."""

from pathlib import Path
import sys

from matplotlib.figure import Figure
import numpy as np
from rosbags.highlevel import AnyReader
from rosbags.typesys import get_typestore, Stores

TRUTH, BELIEVED, RANGE = 'ground_truth/odometry', 'odometry', 'altimeter'


def read(folder, vehicle='ingenuity'):
    """Return arrays by topic: time [s] and position [m], or time and distance [m]."""
    names = {f'/{vehicle}/{topic}': topic for topic in (TRUTH, BELIEVED, RANGE)}
    rows = {topic: [] for topic in names.values()}
    with AnyReader([Path(folder)], default_typestore=get_typestore(Stores.ROS2_KILTED)) as bag:
        wanted = [connection for connection in bag.connections if connection.topic in names]
        for connection, _, raw in bag.messages(wanted):
            message = bag.deserialize(raw, connection.msgtype)
            t = message.header.stamp.sec + 1e-9 * message.header.stamp.nanosec
            if connection.msgtype.endswith('Range'):
                rows[RANGE].append((t, message.range))
            else:
                p = message.pose.pose.position
                rows[names[connection.topic]].append((t, p.x, p.y, p.z))
    return {topic: np.array(values) for topic, values in rows.items()}


def main(folder, out='bag.png'):
    """Draw tracks and heights."""
    data = read(folder)
    figure = Figure(figsize=(10, 4), layout='constrained')
    above, height = figure.subplots(1, 2)
    for topic in (TRUTH, BELIEVED):
        above.plot(data[topic][:, 1], data[topic][:, 2], label=topic)
        height.plot(data[topic][:, 0], data[topic][:, 3], label=topic)
    height.plot(data[RANGE][:, 0], data[RANGE][:, 1], '.', markersize=2, label=RANGE)
    above.set(xlabel='east [m]', ylabel='north [m]', aspect='equal')
    height.set(xlabel='time [s]', ylabel='height [m]')
    height.legend()
    figure.savefig(out)
    print(f'{out}: {len(data[TRUTH])} true and {len(data[BELIEVED])} estimated poses')


if __name__ == '__main__':
    main(*sys.argv[1:])

# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""Check that the environment works: imports, type hash of /tf, rendering."""

import importlib
import json
import os
from pathlib import Path
import sys

import moderngl
from rosbags.typesys import get_typestore, Stores

MODULES = (
    'cv2', 'mcap', 'numba', 'numpy', 'PIL', 'plotly', 'pydantic', 'rasterio', 'rclpy', 'rich',
    'ruckig', 'scipy', 'transforms3d', 'yaml', 'diagnostic_msgs.msg', 'geometry_msgs.msg',
    'nav_msgs.msg', 'rosgraph_msgs.msg', 'sensor_msgs.msg', 'std_msgs.msg', 'std_srvs.srv',
    'tf2_msgs.msg', 'trajectory_msgs.msg', 'visualization_msgs.msg')
TF = 'tf2_msgs/msg/TFMessage'


def type_hash() -> str:
    """Find the hash that rosidl computed for the type of /tf at build time."""
    for prefix in [*os.environ.get('AMENT_PREFIX_PATH', '').split(os.pathsep), sys.prefix]:
        description = Path(prefix, 'share', f'{TF}.json')
        if description.is_file():
            hashes = json.loads(description.read_text())['type_hashes']
            return str(next(
                entry['hash_string'] for entry in hashes if entry['type_name'] == TF))
    raise FileNotFoundError(f'share/{TF}.json')


def main() -> None:
    for name in MODULES:
        importlib.import_module(name)
    official = get_typestore(Stores.ROS2_JAZZY).hash_rihs01(TF)
    if type_hash() != official:
        sys.exit(f'error: {TF} has the type hash {type_hash()}, official is {official}')
    try:
        context = moderngl.create_standalone_context(backend='egl', require=330)
        print('everything works; images are rendered by', context.info['GL_RENDERER'])
    except Exception as error:
        print('everything works except rendering:', error)


if __name__ == '__main__':
    main()

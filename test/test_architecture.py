# Copyright 2026 Ingenuity contributors
#
# Licensed under the Apache License, Version 2.0 (the "License");
# you may not use this file except in compliance with the License.
# You may obtain a copy of the License at
#
#     http://www.apache.org/licenses/LICENSE-2.0
#
# Unless required by applicable law or agreed to in writing, software
# distributed under the License is distributed on an "AS IS" BASIS,
# WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
# See the License for the specific language governing permissions and
# limitations under the License.
"""How the code is built: rooms that ROS may enter, sources of numbers, sizes."""

import ast
from dataclasses import asdict, fields, is_dataclass
import importlib
from pathlib import Path
import re

from ingenuity_nodes.parameters import with_overrides

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / 'ingenuity_nodes'
ROS = re.compile(r'rclpy|rcl_interfaces|launch(_ros)?|ament_\w+|tf2_\w+|\w+_msgs|\w+_srvs|'
                 r'builtin_interfaces|rosbag2_\w+|rosidl_\w+|cv_bridge')
UNSOURCED = re.compile(r'placeholder|todo|tbd|fixme|\?\?', re.IGNORECASE)
LONGEST_FILE = 350
LONGEST_FUNCTION = 60


def sources():
    return sorted(PACKAGE.rglob('*.py'))


def name_of(path):
    return str(path.relative_to(ROOT))


def imported_roots(tree):
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name.split('.')[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module.split('.')[0]


def core():
    return [path for path in sources() if 'nodes' not in path.relative_to(PACKAGE).parts]


def parameter_classes():
    for path in core():
        parts = path.relative_to(ROOT).with_suffix('').parts
        module = importlib.import_module('.'.join(parts))
        for cls in vars(module).values():
            if isinstance(cls, type) and cls.__module__ == module.__name__ and is_dataclass(cls):
                if cls.__name__.endswith('Parameters') or any(f.metadata for f in fields(cls)):
                    yield cls


def test_only_nodes_import_ros():
    assert core()
    found = {name_of(path): roots for path in core()
             if (roots := {root for root in imported_roots(ast.parse(path.read_text()))
                           if ROS.fullmatch(root)})}
    assert found == {}


def test_the_core_does_not_import_the_nodes():
    found = [name_of(path) for path in core()
             if re.search(r'^\s*(from|import) ingenuity_nodes\.nodes', path.read_text(), re.M)]
    assert found == []


def test_every_parameter_has_unit_meaning_limits_and_source():
    poor = []
    declared = 0
    for cls in parameter_classes():
        for about in fields(cls):
            if is_dataclass(about.default) or is_dataclass(about.default_factory):
                continue
            declared += 1
            meta = about.metadata
            texts = [str(meta.get(key, '')).strip() for key in ('unit', 'meaning', 'source')]
            if not all(texts) or UNSOURCED.search(texts[2]) or not meta['low'] <= meta['high']:
                poor.append(f'{cls.__name__}.{about.name}: {texts}')
    assert declared > 20
    assert poor == []


def test_every_default_is_within_its_own_limits():
    for cls in parameter_classes():
        assert with_overrides(cls(), asdict(cls())) == cls()


def test_files_and_functions_can_be_taken_in_at_once():
    long = []
    for path in sources():
        text = path.read_text()
        if (lines := text.count('\n')) > LONGEST_FILE:
            long.append(f'{name_of(path)}: {lines} lines')
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
                lines = node.end_lineno - node.lineno + 1
                if lines > LONGEST_FUNCTION:
                    long.append(f'{name_of(path)}:{node.lineno} {node.name}: {lines} lines')
    assert long == []


def test_nothing_is_left_to_do_in_comments():
    left = [f'{name_of(path)}:{number}' for path in sources()
            for number, line in enumerate(path.read_text().splitlines(), 1)
            if re.search(r'\b(TODO|FIXME|XXX|HACK)\b', line)]
    assert left == []


def test_every_folder_of_the_package_is_a_package():
    missing = sorted({name_of(path.parent) for path in sources()
                      if not (path.parent / '__init__.py').is_file()})
    assert missing == []

# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""How the code is built: rooms that ROS may enter, sources of numbers, sizes."""

import ast
from dataclasses import asdict, fields, is_dataclass
import importlib
import inspect
from pathlib import Path
import re

from ingenuity_nodes.helicopter.flight_computer import FlightComputer
from ingenuity_nodes.parameters import with_overrides
from ingenuity_nodes.stages import StageParameters
import numpy as np

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / 'ingenuity_nodes'
ROS = re.compile(r'rclpy|rcl_interfaces|launch(_ros)?|ament_\w+|tf2_\w+|\w+_msgs|\w+_srvs|'
                 r'(builtin|ingenuity)_interfaces|rosbag2_\w+|rosidl_\w+|cv_bridge')
UNSOURCED = re.compile(r'placeholder|todo|tbd|fixme|\?\?', re.IGNORECASE)
# The floors of the house, top first: a room may use those below it.
FLOORS = (
    'commands', 'campaign export', 'nodes simulation', 'stress viewing', 'recording', 'photo',
    'rendering',
    'graph helicopter mission', 'scenario', 'control faults health mapping navigation robots',
    'rover sensors stages vehicle', 'radio', 'guidance world', 'cameras signals', 'compiled',
    'frames parameters resources timing yaml_files')
SHARED = ('signals', 'frames', 'parameters', 'timing', 'stages', 'resources')
LONGEST_FILE = 350
LONGEST_FUNCTION, USUAL_FUNCTION = 60, 30    # lines of any, of 95 in a hundred
MOST_PARAMETERS = 6    # positional ones


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


def our_imports(path):
    """Give the modules of the package that one imports, without those for type checkers alone."""
    tree = ast.parse(path.read_text())
    for_checkers = {id(inner) for node in ast.walk(tree)
                    if isinstance(node, ast.If) and 'TYPE_CHECKING' in ast.unparse(node.test)
                    for inner in ast.walk(node)}
    for node in ast.walk(tree):
        if (isinstance(node, ast.ImportFrom) and id(node) not in for_checkers
                and (node.module or '').partition('.')[0] == PACKAGE.name):
            for alias in node.names:
                inner = PACKAGE.joinpath(*node.module.split('.')[1:], alias.name)
                is_module = inner.is_dir() or inner.with_suffix('.py').is_file()
                yield f'{node.module}.{alias.name}' if is_module else node.module


def module_of(path):
    return '.'.join(path.relative_to(ROOT).with_suffix('').parts).removesuffix('.__init__')


def test_the_top_of_the_package_holds_only_what_all_rooms_need():
    assert {path.stem for path in PACKAGE.glob('*.py')} == {'__init__', *SHARED}


def test_no_import_runs_up_a_floor():
    floor = {room: k for k, rooms in enumerate(reversed(FLOORS)) for room in rooms.split()}
    rooms = {path.name for path in PACKAGE.iterdir() if (path / '__init__.py').is_file()}
    assert floor.keys() == rooms | set(SHARED)
    wrong = []
    for path in sources():
        here = module_of(path).split('.')[1:2]
        for module in our_imports(path):
            there = module.split('.')[1:2]
            if here and there and here != there and floor[there[0]] >= floor[here[0]]:
                wrong.append(f'{name_of(path)} imports {module}')
    assert wrong == []


def test_no_modules_import_each_other_in_a_circle():
    left = {module_of(path): set(our_imports(path)) for path in sources()}
    while free := [module for module, needs in left.items() if not needs & left.keys()]:
        for module in free:
            del left[module]
    assert left == {}


def signatures(cls):
    """Give the text of all annotations of a class: of its methods and of its attributes."""
    tree = ast.parse(inspect.getsource(cls))
    for node in ast.walk(tree):
        if isinstance(node, (ast.FunctionDef, ast.Lambda)):
            arguments = node.args.posonlyargs + node.args.args + node.args.kwonlyargs
            yield from (ast.unparse(one.annotation) for one in arguments if one.annotation)
        elif isinstance(node, ast.AnnAssign):
            yield ast.unparse(node.annotation)


def test_truth_cannot_reach_the_flight_computer():
    # Whoever knows the truth, or could be asked for it.
    knowing = {'Truth', 'Exposure', 'Environment', 'Terrain', 'Aircraft', 'Vehicle', 'Helicopter',
               'SimulatedTracker', 'Wind', 'Rocks', 'Any', 'object'}
    words = {word for text in signatures(FlightComputer) for word in re.findall(r'\w+', text)}
    assert {'ImuSample', 'FeatureFrame', 'FlightPlan'} <= words
    assert words & knowing == set()
    modules = set(our_imports(Path(inspect.getsourcefile(FlightComputer))))
    assert not {name for name in modules
                if re.search(r'\.(vehicle|world|faults|rendering)\b', name)}
    # What it is built of knows no more: estimator, guidance, controller, health.
    for stage in StageParameters().__dataclass_fields__.values():
        room = stage.default.split('.')[1]
        for path in (PACKAGE / room).glob('*.py'):
            names = {alias.name for node in ast.walk(ast.parse(path.read_text()))
                     if isinstance(node, ast.ImportFrom) for alias in node.names}
            if path.stem not in ('simulated_tracker', 'margins'):
                assert 'Truth' not in names, path


def test_no_attribute_is_born_outside_the_constructor():
    late = []
    for path in core():
        if path.parent.name == 'bag':
            continue    # subclasses of rosbags' writer, which opens them
        for cls in ast.walk(ast.parse(path.read_text())):
            if isinstance(cls, ast.ClassDef):
                late += [f'{name_of(path)} {cls.name}.{name}' for name in born_late(cls)]
    assert late == []


def born_late(cls):
    """Name what methods assign to self that neither constructor nor class body does."""
    methods = {node.name: node for node in cls.body if isinstance(node, ast.FunctionDef)}
    if '__init__' not in methods:
        return set()
    known = set(methods) | {
        name.id for node in cls.body for name in ast.walk(node)
        if isinstance(node, (ast.Assign, ast.AnnAssign)) and isinstance(name, ast.Name)}

    def assigned(method):
        return {node.attr for node in ast.walk(method)
                if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store)
                and getattr(node.value, 'id', '') == 'self'}

    return set().union(*map(assigned, methods.values())) - assigned(methods['__init__']) - known


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


def functions():
    """Yield each function of the package with its place."""
    for path in sources():
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
                yield f'{name_of(path)}:{node.lineno} {node.name}', node


def test_files_and_functions_can_be_taken_in_at_once():
    long = []
    for path in sources():
        if (lines := path.read_text().count('\n')) > LONGEST_FILE:
            long.append(f'{name_of(path)}: {lines} lines')
    lengths = {where: node.end_lineno - node.lineno + 1 for where, node in functions()}
    long += [f'{where}: {lines} lines' for where, lines in lengths.items()
             if lines > LONGEST_FUNCTION]
    assert long == []
    assert np.percentile(list(lengths.values()), 95) <= USUAL_FUNCTION


def test_no_function_takes_more_positional_parameters_than_one_can_tell_apart():
    many = []
    for where, node in functions():
        names = [one.arg for one in node.args.posonlyargs + node.args.args]
        count = len(names) - (names[:1] in (['self'], ['cls']))
        if count > MOST_PARAMETERS:
            many.append(f'{where}: {count} parameters')
    assert many == []


def test_nothing_is_left_to_do_in_comments():
    left = [f'{name_of(path)}:{number}' for path in sources()
            for number, line in enumerate(path.read_text().splitlines(), 1)
            if re.search(r'\b(TODO|FIXME|XXX|HACK)\b', line)]
    assert left == []


def test_every_folder_of_the_package_is_a_package():
    missing = sorted({name_of(path.parent) for path in sources()
                      if not (path.parent / '__init__.py').is_file()})
    assert missing == []

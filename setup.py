# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""Installation by colcon and pip: package, executables, launch files and configuration."""

from collections.abc import Iterator
from importlib.util import find_spec
import os
from pathlib import Path
import subprocess
import sys

from setuptools import Distribution, find_packages, setup

NAME = 'ingenuity_nodes'
DATA = Path('share', NAME)
NODES = ('world', 'helicopter', 'camera', 'vision', 'rover', 'mapper', 'mission', 'recorder',
         'player')
EXECUTABLES = {node: f'{NAME}.nodes.{node}:main' for node in NODES}
EXECUTABLES['ingenuity'] = f'{NAME}.commands.cli:main'

LAUNCHER = """\
#!/bin/sh
# Runs {target} with the Python of the environment this file is installed in.
python=$(dirname "$(readlink -f "$0")")/../../bin/python3
[ -x "$python" ] || python=python3
exec "$python" -c 'import sys; from {module} import {function}; sys.exit({function}())' "$@"
"""


def data_files() -> Iterator[tuple[str, list[str]]]:
    """List launch files and configuration by folder, in the layout of the repository."""
    yield 'share/ament_index/resource_index/packages', [f'resource/{NAME}']
    yield str(DATA), ['package.xml']
    for folder, pattern in ('launch', '*.launch.py'), ('config', '*'):
        files = [path for path in sorted(Path(folder).rglob(pattern)) if path.is_file()]
        for parent in sorted({path.parent for path in files}):
            yield str(DATA / parent), [str(path) for path in files if path.parent == parent]


class InstallData(Distribution().get_command_class('install_data')):
    """
    Add ``lib/ingenuity_nodes/<executable>`` to a wheel, where ROS 2 looks for executables.

    Under colcon, setup.cfg puts the console scripts there; pip puts them only in ``bin``.
    """

    def run(self) -> None:
        super().run()
        if 'bdist_wheel' not in self.distribution.command_obj:
            return
        folder = Path(self.install_dir, 'lib', NAME)
        folder.mkdir(parents=True, exist_ok=True)
        for executable, target in EXECUTABLES.items():
            module, function = target.split(':')
            path = folder / executable
            path.write_text(LAUNCHER.format(target=target, module=module, function=function))
            path.chmod(0o755)
            self.outfiles.append(str(path))


class BuildPackage(Distribution().get_command_class('build_py')):
    """
    Compile the kernels into the package that is built, if numba is available to the build.

    All users of an installation then use them, and no first flight has to compile. Without
    numba, as in pip's isolated build, each user's first run compiles.
    """

    def run(self) -> None:
        super().run()
        if find_spec('numba') is None or getattr(self, 'editable_mode', False):
            return
        built = Path(self.build_lib).resolve()
        shipped = built / NAME / 'compiled' / 'shipped'
        print(f'compiling kernels into {shipped}')
        subprocess.run(
            [sys.executable, '-m', f'{NAME}.compiled.build', str(shipped)], check=False,
            env={**os.environ, 'PYTHONPATH': os.pathsep.join(
                [str(built), *filter(None, [os.environ.get('PYTHONPATH')])])})


setup(
    name=NAME,
    version='0.1.0',
    description="NASA's Ingenuity helicopter, flying on Mars in ROS 2",
    license='Apache-2.0',
    maintainer='Ingenuity contributors',
    maintainer_email='maintainers@ingenuity-nodes.example',
    packages=find_packages(include=[NAME, f'{NAME}.*']),
    package_data={NAME: ['py.typed', 'rendering/shaders/*']},
    data_files=list(data_files()),
    install_requires=['setuptools'],
    extras_require={'test': ['pytest']},
    python_requires='>=3.10',
    zip_safe=False,
    entry_points={
        'console_scripts': [f'{name} = {target}' for name, target in EXECUTABLES.items()],
    },
    cmdclass={'build_py': BuildPackage, 'install_data': InstallData},
)

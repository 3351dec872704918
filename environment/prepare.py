# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""
Prepare a virtual environment with ROS 2 and everything the stack imports.

``./ingenuity`` calls this when its environment is missing or out of date. It needs only Python's
standard library, can be interrupted at any point and resumes from there.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from contextlib import AbstractContextManager
import ctypes
from functools import partial
import importlib.util
import os
from pathlib import Path
import platform
import re
import shutil
import sys
import sysconfig

from steps import Display, only_one, print_message, Setup, SetupError, status_of, write

Kernels = AbstractContextManager[Callable[[], None]]

HERE = Path(__file__).resolve().parent
LOCKED = HERE / 'requirements.txt'
RANGES = HERE / 'requirements.in'
INTERFACES = HERE / 'tf2_msgs', HERE.parent / 'ingenuity_interfaces'    # no wheel has them
SPACE_NEEDED = 2_500_000_000  # [bytes]
OLDEST, NEWEST = (3, 10), (3, 14)  # Pythons for which there are ROS 2 wheels
OLDEST_GLIBC = (2, 28)
# Paths of the build machine in the CMake files of the wheels.
FOREIGN_PYTHON = re.compile(r'/opt/python/[^;"]*?/include/python3\.\d+')
FOREIGN_NUMPY = re.compile(r'/opt/python/[^;"]*?/numpy/_core/include')
# Imported by ingenuity_nodes.simulation.warm_up.
COMPILING = ('llvmlite', 'numba', 'numpy', 'opencv-python-headless', 'pyyaml', 'ruckig',
             'scipy', 'transforms3d')
PIP_ASIDE = re.compile(r'(WARNING|DEPRECATION|Looking in)')    # no progress
DRAWING = "Mesa's EGL and OpenGL to render images"
ROS_PACKAGES = (
    'builtin_interfaces', 'diagnostic_msgs', 'geometry_msgs', 'nav_msgs', 'rosgraph_msgs',
    'sensor_msgs', 'std_msgs', 'std_srvs', 'tf2_msgs', 'trajectory_msgs', 'visualization_msgs')


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('venv', type=Path, help='folder of the environment')
    parser.add_argument('--fingerprint', required=True, help='written to VENV/ready at the end')
    parser.add_argument('--ros', metavar='DISTRO', help='use this sourced ROS 2')
    arguments = parser.parse_args()
    return status_of(
        lambda: prepare(arguments.venv, arguments.fingerprint, arguments.ros),
        arguments.venv, 'set-up stopped ({}); the next ./ingenuity resumes it')


def prepare(venv: Path, fingerprint: str, ros: str | None) -> None:
    """Run the steps that are not yet done."""
    check_platform(ros)
    with only_one(venv.with_name(f'{venv.name}.lock')) as lock:
        ready = venv / 'ready'
        if ready.is_file() and ready.read_text() == state(venv, fingerprint):
            return
        if venv.exists() and not (venv / 'prepared').is_dir():
            raise SetupError(f'{venv} was not made by ./ingenuity: move it away and run again')
        if shutil.disk_usage(venv.parent).free < SPACE_NEEDED and not venv.exists():
            raise SetupError(f'{SPACE_NEEDED / 1e9} GB of free space are needed in {venv.parent}')
        ready.unlink(missing_ok=True)
        print_message(f'Preparing {venv} (once, a minute or two)')
        log = venv.with_name(f'{venv.name}.log')
        setup = Setup(venv / 'prepared', log, lock)
        make_ready = from_sourced_ros if ros else from_wheels
        make_ready(setup, venv, ros or '')
        write(ready, state(venv, fingerprint))


def state(venv: Path, fingerprint: str) -> str:
    """Describe the inputs of an environment in the form that ./ingenuity reads."""
    return f'{fingerprint}\n{(venv / "bin" / "python").resolve()}\n'


def check_platform(ros: str | None) -> None:
    """Reject unsupported platforms with a message that names a remedy."""
    if not OLDEST <= sys.version_info[:2]:
        raise SetupError(f'Python 3.10 or newer is needed, this is {platform.python_version()}')
    if ros:
        return
    here = f'{platform.system()} {platform.machine()}'
    remedy = 'source a ROS 2 installation (Jazzy, Kilted or Lyrical) and run again'
    if here != 'Linux x86_64':
        raise SetupError(f'ROS 2 comes as wheels for Linux x86_64 only, this is {here}: {remedy}')
    if sys.version_info[:2] > NEWEST:
        raise SetupError(
            f'ROS 2 comes as wheels for Python 3.10 to 3.14, this is {platform.python_version()}: '
            f'{remedy}, or name another Python in INGENUITY_PYTHON')
    library, version = platform.libc_ver()
    if library != 'glibc' or tuple(map(int, version.split('.')[:2])) < OLDEST_GLIBC:
        raise SetupError(f'glibc 2.28 or newer is needed, this is {library} {version}: {remedy}')


def from_wheels(setup: Setup, venv: Path, ros: str) -> None:
    """Install ROS 2 into the environment as wheels."""
    python = venv / 'bin' / 'python'
    environment = clean_environment(venv)
    setup.step('system', [], 'system packages', lambda display: install_system_packages(
        setup, display, compiler_packages()))
    setup.step('environment', [str(venv), sys.version, sys.base_prefix], 'virtual environment',
               lambda display: make_venv(setup, display, venv, ['-m', 'venv', str(venv)]))
    # The compiler comes first: kernels compile while the rest is downloaded.
    setup.step('compiler', [LOCKED], 'compiler and arrays', lambda display: install_locked(
        setup, display, venv, environment, COMPILING))
    with kernels(setup, python, environment) as finish:
        setup.step('packages', [LOCKED], 'ROS 2 and libraries', lambda display: install_locked(
            setup, display, venv, environment))
        for source in INTERFACES:
            setup.step(source.name, sorted(path for path in source.rglob('*') if path.is_file()),
                       source.name, partial(build_interface, setup, venv, environment, source))
        setup.step('check', [HERE / 'check.py'], 'check', lambda display: check(
            setup, display, python, environment))
        finish()


def from_sourced_ros(setup: Setup, venv: Path, ros: str) -> None:
    """Use the sourced ROS 2 and add only what it lacks."""
    python = venv / 'bin' / 'python'
    environment = dict(os.environ)
    missing = {f'ros-{ros}-{name.replace("_", "-")}': name for name in ROS_PACKAGES
               if importlib.util.find_spec(name) is None}
    setup.step('system', sorted(missing), 'system packages',
               lambda display: install_system_packages(
                   setup, display, {**missing, **venv_packages()}))
    setup.step('environment', [str(venv), sys.version, sys.base_prefix], 'virtual environment',
               lambda display: make_venv(
                   setup, display, venv,
                   ['-m', 'venv', '--system-site-packages', str(venv)]))
    setup.step('packages', [RANGES], 'libraries', lambda display: install_missing(
        setup, display, venv, environment))
    setup.step('check', [HERE / 'check.py'], 'check', lambda display: check(
        setup, display, python, environment))
    with kernels(setup, python, environment) as finish:
        finish()


def kernels(setup: Setup, python: Path, environment: dict[str, str]) -> Kernels:
    """Compile the simulator's kernels; if that fails, the first flight does and reports why."""
    command: list[str | Path] = [python, '-m', 'ingenuity_nodes.compiled.build']
    return setup.in_background('kernels', command, {**environment, 'PYTHONPATH': str(HERE.parent)})


def clean_environment(venv: Path) -> dict[str, str]:
    """Remove variables that would lead pip and CMake to another Python or ROS 2."""
    other = ('PYTHONPATH', 'PYTHONHOME', 'PIP_TARGET', 'PIP_PREFIX', 'CMAKE_GENERATOR',
             '_ROS_WHEELS_BOOTSTRAP_COMPLETE')
    kept = {key: value for key, value in os.environ.items() if key not in other}
    return {**kept, 'PIP_USER': '0', 'PIP_DISABLE_PIP_VERSION_CHECK': '1',
            'AMENT_PREFIX_PATH': str(venv), 'CMAKE_PREFIX_PATH': str(venv),
            'PATH': f'{venv / "bin"}:{os.environ.get("PATH", os.defpath)}'}


def venv_packages() -> dict[str, str]:
    """Map Debian packages to what is missing for making virtual environments."""
    minor = f'python3.{sys.version_info.minor}'
    if importlib.util.find_spec('ensurepip') is None:
        return {f'{minor}-venv': "Python's venv module"}
    return {}


def compiler_packages() -> dict[str, str]:
    """Map Debian packages to what is missing for building interfaces."""
    minor = f'python3.{sys.version_info.minor}'
    missing = venv_packages()
    if not shutil.which('g++') or not shutil.which('gcc'):
        missing['g++'] = 'a C++ compiler'
    if not Path(sysconfig.get_path('include'), 'Python.h').is_file():
        missing[f'{minor}-dev'] = f'the headers of {sys.executable}'
    return missing


def drawing_packages() -> dict[str, str]:
    """Map Debian packages to what is missing for rendering without a display."""
    missing = {}
    for package, library in (('libegl1', 'libEGL.so.1'), ('libgl1', 'libGL.so.1'),
                             ('libegl-mesa0', 'libEGL_mesa.so.0')):
        try:
            ctypes.CDLL(library)
        except OSError:
            missing[package] = DRAWING
    drivers = Path('/usr/lib').glob('*/dri/*swrast*')
    if not any(drivers) and not any(Path('/usr/lib').glob('*/libgallium*')):
        missing['libgl1-mesa-dri'] = DRAWING
    return missing


def install_system_packages(setup: Setup, display: Display, needed: dict[str, str]) -> str:
    """
    Install Debian packages as root; otherwise print what to install.

    The packages in ``needed`` are required; without the rendering libraries there are no images.
    """
    missing = {**needed, **drawing_packages()}
    if not missing:
        return 'nothing is missing'
    install = ['apt-get', 'install', '--yes', '--no-install-recommends', *missing]
    if os.geteuid() != 0 or not shutil.which('apt-get'):
        lack = (f'this machine lacks {", ".join(dict.fromkeys(missing.values()))}.\n'
                f'  On Debian and Ubuntu: sudo {" ".join(install)}')
        if needed:
            raise SetupError(f'{lack}\n  Then run ./ingenuity again.')
        print_message(f'ingenuity: {lack}\n  Everything except images works without.')
        return 'no images yet'
    environment = {**os.environ, 'DEBIAN_FRONTEND': 'noninteractive'}
    install[1:1] = ['-o', 'DPkg::Lock::Timeout=300']
    for command in (['dpkg', '--configure', '-a'], ['apt-get', 'update'], install):
        setup.run(display, command, f'install {" ".join(missing)}', environment=environment)
    return f'installed {" ".join(missing)}'


def make_venv(setup: Setup, display: Display, venv: Path, command: list[str]) -> str:
    """Make an empty environment, replacing one that is incomplete or has another Python."""
    prepared = venv / 'prepared'
    for name in ('environment', 'compiler', 'packages', *(source.name for source in INTERFACES),
                 'check', 'campaign', 'view'):
        (prepared / name).unlink(missing_ok=True)
    for path in venv.iterdir() if venv.exists() else ():
        if path.is_symlink() or path.is_file():
            path.unlink()
        elif path != prepared:
            shutil.rmtree(path)
    setup.run(display, [sys.executable, *command], f'make {venv}')
    return f'Python {platform.python_version()}'


def install_locked(setup: Setup, display: Display, venv: Path, environment: dict[str, str],
                   names: tuple[str, ...] = ()) -> str:
    """Install the versions pinned in ``requirements.txt``: all packages or those named."""
    pinned = [line for line in LOCKED.read_text().splitlines()
              if not names or line.partition('==')[0] in names]
    wanted = venv / 'prepared' / 'requirements.txt'
    wanted.parent.mkdir(exist_ok=True)
    write(wanted, '\n'.join(pinned) + '\n')
    install = ['install', '--no-deps', '-r', str(wanted)]
    return pip(setup, display, venv, environment, install)


def pip(setup: Setup, display: Display, venv: Path, environment: dict[str, str],
        arguments: list[str]) -> str:
    """Run pip, after cleaning up after an interrupted one."""
    site = venv / 'lib' / f'python3.{sys.version_info.minor}' / 'site-packages'
    remove_torn_packages(site)
    before = len(list(site.glob('*.dist-info')))

    def status(line: str) -> str:
        installed = len(list(site.glob('*.dist-info/RECORD')))
        if installed > before:
            return f'{installed} packages installed'
        return '' if PIP_ASIDE.match(line) else re.sub(r' \(from .*', '', line.strip())

    setup.run(display, [venv / 'bin' / 'python', '-m', 'pip', *arguments, '--no-input',
                        '--progress-bar=off'],
              'install the Python packages', status, environment)
    return f'{len(list(site.glob("*.dist-info")))} packages'


def remove_torn_packages(site: Path) -> None:
    """
    Remove the records of packages whose installation was interrupted.

    pip writes RECORD last; it treats a package without one as installed.
    """
    for info in site.glob('*.dist-info'):
        if not (info / 'RECORD').is_file():
            shutil.rmtree(info)
    for stashed in site.glob('~*'):
        shutil.rmtree(stashed)


def build_interface(setup: Setup, venv: Path, environment: dict[str, str], source: Path,
                    display: Display) -> str:
    """Build a package of interfaces with the rosidl tools of the wheels."""
    python = venv / 'bin' / 'python'
    question = 'print(sysconfig.get_path("include"), numpy.get_include(), sep=":")'
    headers = setup.run(display, [python, '-c', f'import numpy, sysconfig; {question}'],
                        'find headers', environment=environment).split(':')
    for path in venv.glob('share/*/cmake/*.cmake'):
        text = path.read_text()
        rewritten = FOREIGN_PYTHON.sub(headers[0], FOREIGN_NUMPY.sub(headers[1], text))
        if rewritten != text:
            write(path, rewritten)
    build = venv / 'prepared' / f'{source.name}_build'
    shutil.rmtree(build, ignore_errors=True)
    cmake = venv / 'bin' / 'cmake'
    configure: list[str | Path] = [
        cmake, '-S', source, '-B', build, '-G', 'Ninja', '-DBUILD_TESTING=OFF',
        f'-DCMAKE_INSTALL_PREFIX={venv}', f'-DPython3_EXECUTABLE={python}']
    install: list[str | Path] = [cmake, '--build', build, '--target', 'install']
    for command in (configure, install):
        setup.run(display, command, f'build {source.name}', environment=environment)
    shutil.rmtree(build)
    return 'built'


def install_missing(setup: Setup, display: Display, venv: Path,
                    environment: dict[str, str]) -> str:
    """Install what the sourced ROS 2 lacks, keeping the versions its packages were built for."""
    held = ['pytest<8.4']
    if importlib.util.find_spec('numpy'):
        held.append(setup.run(
            display, [sys.executable, '-c', 'import numpy; print(f"numpy=={numpy.__version__}")'],
            'import numpy'))
    wanted = RANGES.read_text().splitlines()
    if importlib.util.find_spec('cv2'):  # Debian's OpenCV has no Python metadata
        wanted = [line for line in wanted if not line.startswith('opencv')]
    requirements = venv / 'prepared' / 'requirements.txt'
    constraints = venv / 'prepared' / 'constraints.txt'
    for path, lines in (requirements, wanted), (constraints, held):
        write(path, '\n'.join(lines) + '\n')
    return pip(setup, display, venv, environment,
               ['install', '-r', str(requirements), '-c', str(constraints)])


def check(setup: Setup, display: Display, python: Path, environment: dict[str, str]) -> str:
    """Check imports, the type hash of /tf and rendering."""
    return setup.run(
        display, [python, HERE / 'check.py'], 'use the environment', environment=environment)


if __name__ == '__main__':
    sys.exit(main())

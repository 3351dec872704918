# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""
Runs the graph of a scenario as processes on a machine without ``ros2 launch``.

Each run keeps a ROS domain of its own and stays on this machine. Every process it starts is ended
by its own id, also if this one is killed.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable, Container, Sequence
from dataclasses import dataclass
import fcntl
import os
from pathlib import Path
import signal
import subprocess
import sys
import tempfile
import threading
import time
from typing import TextIO

from ingenuity_nodes.graph.child import prepare_child
from ingenuity_nodes.graph.nodes import enclave_arguments, NodeSpec, PACKAGE
from ingenuity_nodes.graph.shared_memory import remove_stale

# Domain ids up to 101 keep clear of the ephemeral ports of Linux (ROS 2 documentation).
DOMAINS = range(1, 102)
LAST_DOMAIN = 232     # the ports of a domain end below 65536
FIRST_PORT, PORTS = 7400, 250    # UDP, of DDS in domain 0, and for each domain
PATIENCE = 20.0       # [s] for the others to end by themselves after the first has ended
INTERRUPT_PATIENCE = 4.0    # [s] after Ctrl-C before the rest is killed
POLL = 0.05           # [s]
RESTARTS = 3          # assumed: whoever is killed more often is killed for a reason
LAST_WORDS = 12       # lines of a process that are shown if it ends badly
# A node whose environment has the variable prints how things stand in lines that begin so.
STATUS_WANTED, STATUS = 'INGENUITY_STATUS', 'status: '
RUN_FOLDER = 'run folder: '    # begins the line of a recorder that names its folder

Report = Callable[[str], None]


class NoDomainError(RuntimeError):
    """There is no ROS domain id to use: all are taken, or the one given is none."""


def check_domain(text: str) -> None:
    """
    Check what somebody gave as ``ROS_DOMAIN_ID``.

    Raises
    ------
    NoDomainError
        It is no domain id.

    """
    if not (text.isascii() and text.isdigit() and int(text[:9]) <= LAST_DOMAIN):
        raise NoDomainError(f"ROS_DOMAIN_ID: found '{text[:40]}', allowed: a whole number "
                            f'from 0 to {LAST_DOMAIN}')


class Domain:
    """
    A ROS domain id that no other run on this machine has.

    That of the environment, if it gives one: others may be in it, as a viewer, but no other run.
    Else one in which nobody is.

    Raises
    ------
    NoDomainError
        All are taken, another run has the one given, or it is none.

    """

    def __init__(self) -> None:
        given = os.environ.get('ROS_DOMAIN_ID')
        self._lock: TextIO | None = None
        if given:
            check_domain(given)
        self.number = int(given) if given else self._take()
        if given and not self._locked(self.number):
            raise NoDomainError(
                f'ROS_DOMAIN_ID: found {given}, in which another run of this machine flies, '
                'allowed: one run in a domain; without ROS_DOMAIN_ID, each run takes a free one')

    def _take(self) -> int:
        first = os.getpid() % len(DOMAINS)
        inhabited = domains_in_use()
        for offset in range(len(DOMAINS)):
            number = DOMAINS[(first + offset) % len(DOMAINS)]
            if number not in inhabited and self._locked(number) and self._lock:
                return number
        raise NoDomainError(f'ROS domain ids {DOMAINS[0]} to {DOMAINS[-1]} are all in use')

    def _locked(self, number: int) -> bool:
        """Lock a domain; false if another run has. Without lock if the file is another user's."""
        try:
            lock = domain_lock(number).open('w')
        except OSError:
            return True
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            lock.close()
            return False
        self._lock = lock
        return True

    @property
    def ports(self) -> range:
        """Return the ports of the domain."""
        first = FIRST_PORT + PORTS * self.number
        return range(first, first + PORTS)

    def release(self) -> None:
        """Give the id back."""
        if self._lock:
            self._lock.close()


def domain_lock(number: int) -> Path:
    """Name the file that a run in a domain locks."""
    return Path(tempfile.gettempdir()) / f'ingenuity_domain_{number}.lock'


def domains_in_use() -> set[int]:
    """
    Return the ROS domains in which somebody on this machine is, as far as its ports tell.

    Those of a domain are PB + DG * domain + an offset below DG; all of DDS agree on that.

    References
    ----------
    OMG DDSI-RTPS 2.5 (formal/22-04-01), 9.6.2.3: PB = 7400, DG = 250.

    """
    found: set[int] = set()
    for table in ('/proc/net/udp', '/proc/net/udp6'):
        try:
            rows = Path(table).read_text().splitlines()[1:]
        except OSError:
            continue    # no Linux
        ports = (int(row.split()[1].rpartition(':')[2], 16) for row in rows)
        found.update((port - FIRST_PORT) // PORTS for port in ports
                     if FIRST_PORT <= port < FIRST_PORT + PORTS * (LAST_DOMAIN + 1))
    return found


@dataclass
class _Running:
    spec: NodeSpec
    process: subprocess.Popen[str]
    reader: threading.Thread


class Graph:
    """
    The processes of one run.

    ``report`` receives what people want to know, all there is if ``verbose``; ``show`` receives
    how things stand.
    """

    def __init__(
        self, specs: Sequence[NodeSpec], logs: Path | None, report: Report,
        domain: Domain | None = None, show: Report = lambda _: None, *, verbose: bool = False,
        restartable: Container[str] = (),
    ) -> None:
        self._logs, self._report, self._show, self._verbose = logs, report, show, verbose
        self._domain = domain or Domain()
        self._restartable, self._restarts = restartable, Counter[str]()
        self._last_words = {spec.full_name: deque[str](maxlen=LAST_WORDS) for spec in specs}
        self._running: list[_Running] = []
        self.folders: list[Path] = []    # in which was recorded; after a reset, several
        try:
            for spec in specs:
                self._running.append(self._start(spec))
        except BaseException:    # Ctrl-C comes early, too
            self._end_all()
            self._domain.release()
            raise

    def wait(self) -> int:
        """
        Wait until all have ended; the exit status is 0 if all ended well.

        If one ends badly, its name and status are said, and the others get a while to end by
        themselves; Ctrl-C asks all of them to end.
        """
        worst, deadline = 0, float('inf')
        try:
            while self._running:
                for ended in [r for r in self._running if r.process.poll() is not None]:
                    self._running.remove(ended)
                    if self._start_again(ended):
                        continue
                    worst = max(worst, self._take_leave(ended))
                    if worst:
                        deadline = min(deadline, time.monotonic() + PATIENCE)
                if time.monotonic() > deadline:
                    self._report(f'still running: {", ".join(self.ids)}')
                    break
                time.sleep(POLL)
        except KeyboardInterrupt:
            self._report('interrupted: ending')
            worst = 130
        finally:
            self._end_all()
            remove_stale(self._domain.ports)
            self._domain.release()
        return worst

    @property
    def ids(self) -> dict[str, int]:
        """Return the ids of the processes that have not ended yet, by the names of their nodes."""
        return {running.spec.full_name: running.process.pid for running in self._running}

    def _start(self, spec: NodeSpec) -> _Running:
        environment = {
            'ROS_AUTOMATIC_DISCOVERY_RANGE': 'LOCALHOST', **os.environ,
            'ROS_DOMAIN_ID': str(self._domain.number),
            # One line per message, at once, so that a log is whole when its process dies.
            STATUS_WANTED: '1', 'PYTHONUNBUFFERED': '1', 'RCUTILS_LOGGING_BUFFERED_STREAM': '0',
            'RCUTILS_CONSOLE_OUTPUT_FORMAT': '[{severity}] {message}'}
        parent = os.getpid()
        process = subprocess.Popen(
            command_of(spec), env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, text=True, errors='replace',
            # A session of its own: Ctrl-C in the terminal reaches it through us alone.
            start_new_session=True, preexec_fn=lambda: prepare_child(parent, spec.niceness))
        reader = threading.Thread(target=self._read, args=(spec, process), daemon=True)
        reader.start()
        return _Running(spec, process, reader)

    def _read(self, spec: NodeSpec, process: subprocess.Popen[str]) -> None:
        """Keep what a process says, and pass on what people want to know."""
        log = self._log_of(spec).open('a', buffering=1) if self._logs else None
        assert process.stdout is not None
        for line in process.stdout:
            if line.startswith(STATUS):
                self._show(line.removeprefix(STATUS).rstrip())
                continue
            if line.startswith(RUN_FOLDER):
                folder = Path(line.removeprefix(RUN_FOLDER).rstrip('\n'))
                if folder not in self.folders:    # as after a reset before time began
                    self.folders.append(folder)
                continue
            if log:
                log.write(line)
            text = line.rstrip()
            self._last_words[spec.full_name].append(text)
            if self._concerns_people(spec, text):
                self._report(f'{spec.full_name}: {text.partition("] ")[2]}')
        if log:
            log.close()

    def _concerns_people(self, spec: NodeSpec, text: str) -> bool:
        """Choose the lines that are passed on."""
        if text.startswith(('[WARN]', '[ERROR]', '[FATAL]')):
            return True
        # Who is waited for is shown while it lasts.
        aside = text.startswith(
            ('[INFO] waiting', '[INFO] compiled after', '[INFO] refused in all'))
        return text.startswith('[INFO]') and (
            self._verbose or (spec.name in ('mission', 'world') and not aside))

    def _start_again(self, ended: _Running) -> bool:
        """Start a process again that was killed, if the run can do with that, a few times."""
        name, status = ended.spec.full_name, ended.process.returncode
        if status >= 0 or name not in self._restartable or self._restarts[name] >= RESTARTS:
            return False
        self._restarts[name] += 1
        self._report(f'{name} (process {ended.process.pid}) was killed by '
                     f'{signal.Signals(-status).name}: started again')
        self._running.append(self._start(ended.spec))
        return True

    def _take_leave(self, ended: _Running) -> int:
        ended.reader.join(timeout=2.0)
        status = ended.process.returncode
        if status < 0:
            self._report(f'{ended.spec.full_name} (process {ended.process.pid}) was killed by '
                         f'{signal.Signals(-status).name}')
            return 1
        if status:
            self._report(f'{ended.spec.full_name} (process {ended.process.pid}) '
                         f'ended with status {status}')
            for line in self._last_words[ended.spec.full_name]:
                if not line.startswith('['):    # what it logged has been said already
                    self._report(f'{ended.spec.full_name}: {line}')
        return status

    def _log_of(self, spec: NodeSpec) -> Path:
        assert self._logs is not None
        return self._logs / f"{spec.full_name.strip('/').replace('/', '_')}.log"

    def _end_all(self) -> None:
        """Ask, then insist, then force; only processes that we started."""
        for number, patience in ((signal.SIGINT, INTERRUPT_PATIENCE), (signal.SIGTERM, 1.0),
                                 (signal.SIGKILL, 5.0)):
            for running in self._running:
                if running.process.poll() is None:
                    running.process.send_signal(number)
            deadline = time.monotonic() + patience
            for running in list(self._running):
                try:
                    running.process.wait(max(0.0, deadline - time.monotonic()))
                except subprocess.TimeoutExpired:
                    continue
                self._running.remove(running)
            if not self._running:
                return


def command_of(spec: NodeSpec) -> list[str]:
    """Write the command that starts a node."""
    return [sys.executable, '-m', f'{PACKAGE}.nodes.{spec.executable}', *ros_arguments(spec)]


def ros_arguments(spec: NodeSpec) -> list[str]:
    """Write a node's name, namespace and parameters as its command line."""
    arguments = ['--ros-args', '-r', f'__node:={spec.name}']
    if spec.namespace:
        arguments += ['-r', f'__ns:=/{spec.namespace}']
    arguments += enclave_arguments(spec.full_name)
    if spec.params_file:
        arguments += ['--params-file', spec.params_file]    # first: what comes later counts
    parameters = dict(spec.parameters)
    if spec.executable != 'world':
        parameters['use_sim_time'] = True
    for name, value in parameters.items():
        if value != '':
            arguments += ['-p', f'{name}:={_yaml(value)}']
    return arguments


def _yaml(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        return "'" + value.replace("'", "''") + "'"    # a folder named 2021 is no number
    if isinstance(value, list):
        return '[' + ', '.join(_yaml(part) for part in value) + ']'
    return str(value)

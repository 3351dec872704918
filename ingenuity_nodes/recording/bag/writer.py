# Copyright 2026 Ingenuity contributors
# SPDX-License-Identifier: Apache-2.0
"""Write a bag that every ROS 2 tool opens and that is readable after a kill."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
import time
from types import TracebackType
from typing import cast

from ingenuity_nodes.recording.bag.images import COMPRESSED_IMAGE, IMAGE, packed, SUFFIX
from ingenuity_nodes.recording.bag.storage import BagStorage
from ingenuity_nodes.recording.bag.typestore import TYPES
from ingenuity_nodes.recording.errors import RecordingError
from rosbags.interfaces import (
    Connection, Qos, QosDurability, QosHistory, QosLiveliness, QosReliability, QosTime)
from rosbags.rosbag2 import StoragePlugin, Writer

FLUSH_PERIOD = 1.0   # what a kill may lose at most [s of wall time]; assumed: acceptable


@dataclass(frozen=True)
class BagQos:
    """The QoS that a topic was offered with, as far as playback needs it."""

    depth: int = 10
    reliable: bool = True
    latched: bool = False    # transient local: late subscribers get the last messages


class BagFormat(Writer):
    """rosbags' writer with our storage under it."""

    STORAGE_PLUGINS: Mapping[StoragePlugin, type[BagStorage]] = {StoragePlugin.MCAP: BagStorage}

    def __init__(self, folder: Path) -> None:
        super().__init__(folder, version=9, storage_plugin=StoragePlugin.MCAP)


class BagWriter:
    """
    One bag being recorded.

    Messages are serialised (CDR bytes). What is older than ``FLUSH_PERIOD`` is on disk, provided
    that :meth:`write` or :meth:`flush` is called as often.

    Parameters
    ----------
    folder
        Created here, with ``metadata.yaml`` and ``<folder>_0.mcap`` inside; it must not exist.
    clock
        Wall time in seconds, for the flushes.
    raw_images
        Whether grey images are kept as they are, instead of packed without loss.

    Raises
    ------
    RecordingError
        The folder exists or cannot be created.

    """

    def __init__(
        self, folder: Path, clock: Callable[[], float] = time.monotonic, *,
        raw_images: bool = False,
    ) -> None:
        self.folder, self._raw_images = folder, raw_images
        if folder.exists():
            raise RecordingError(f'{folder}: exists already, a bag needs a new folder')
        self._writer = BagFormat(folder)
        self._clock = clock
        self._flushed_at = clock()
        self._connections: dict[tuple[str, str, BagQos], Connection] = {}
        try:
            self._writer.open()
        except OSError as error:
            raise _cannot_write(folder, error) from error

    @property
    def counts(self) -> Mapping[str, int]:
        """Return the number of messages written so far, by topic."""
        counts: dict[str, int] = {}
        for connection in self._writer.connections:
            known = counts.get(connection.topic, 0)
            counts[connection.topic] = known + self._writer.counts[connection.id]
        return counts

    def write(self, topic: str, type_name: str, qos: BagQos, t_ns: int, cdr: bytes) -> None:
        """
        Add one message.

        Parameters
        ----------
        topic, type_name
            As ``/ingenuity/imu`` and ``sensor_msgs/msg/Imu``.
        qos
            The QoS it was offered with.
        t_ns
            Time of the message.
        cdr
            The message as serialised by the middleware.

        Raises
        ------
        RecordingError
            The type is unknown, the disk is full or the bag is closed.

        """
        if type_name == IMAGE and not self._raw_images and (png := packed(cdr)) is not None:
            topic, type_name, cdr = topic + SUFFIX, COMPRESSED_IMAGE, png
        key = (topic, type_name, qos)
        storage = self._storage()
        if key not in self._connections:
            self._connections[key] = self._add(topic, type_name, qos)
        self._writer.write(self._connections[key], t_ns, cdr)
        if storage.file.pending or self._clock() - self._flushed_at >= FLUSH_PERIOD:
            self.flush()

    def flush(self) -> None:
        """
        Flush, so that everything written so far survives a kill.

        Raises
        ------
        RecordingError
            The disk is full or gone; the bag is readable up to the last flush.

        """
        storage = self._storage()
        self._flushed_at = self._clock()
        try:
            storage.flush()
        except OSError as error:
            raise _cannot_write(storage.path, error) from error

    def close(self) -> None:
        """
        Write the index and ``metadata.yaml``; a second call does nothing.

        Raises
        ------
        RecordingError
            The disk is full or gone; the bag is readable up to the last flush.

        """
        if self._writer.storage is None:
            return
        storage = self._storage()
        try:
            self._writer.close()
        except OSError as error:
            self._writer.abort()
            raise _cannot_write(storage.path, error) from error

    def __enter__(self) -> BagWriter:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _storage(self) -> BagStorage:
        if self._writer.storage is None:
            raise RecordingError(f'{self.folder}: the bag is closed')
        return cast(BagStorage, self._writer.storage)

    def _add(self, topic: str, type_name: str, qos: BagQos) -> Connection:
        if type_name not in TYPES.fielddefs:
            raise RecordingError(f'{self.folder}: topic {topic} has the type {type_name}, '
                                 'allowed: the standard messages of ROS 2')
        return self._writer.add_connection(
            topic, type_name, typestore=TYPES, offered_qos_profiles=[_profile(qos)])


def _profile(qos: BagQos) -> Qos:
    unset = QosTime(0, 0)
    return Qos(
        QosHistory.KEEP_LAST, max(1, qos.depth),
        QosReliability.RELIABLE if qos.reliable else QosReliability.BEST_EFFORT,
        QosDurability.TRANSIENT_LOCAL if qos.latched else QosDurability.VOLATILE,
        unset, unset, QosLiveliness.AUTOMATIC, unset, False)


def _cannot_write(path: Path, error: OSError) -> RecordingError:
    return RecordingError(f'{path}: cannot be written: {error.strerror or error}')

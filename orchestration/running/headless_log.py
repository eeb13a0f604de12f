"""The event log of a headless run, which is alone in writing it: the same files, in few transactions.

What a step tells by the dozen – what it made, what its checks found – is written down with the event after it, and what
the run itself made need not be read again to be named as the origin of the next. See decision 0028.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from dagster import AssetKey, DagsterEventType, EventLogEntry, EventLogRecord
from dagster._core.events import (
    ASSET_CHECK_EVENTS,
    ASSET_EVENTS,
    EVENT_TYPE_TO_PIPELINE_RUN_STATUS,
)
from dagster._core.storage.event_log.base import AssetEntry, AssetRecord
from dagster._core.storage.event_log.schema import AssetKeyTable, SqlEventLogStorageTable
from dagster._serdes import ConfigurableClassData
from sqlalchemy import Connection, bindparam

from orchestration.running.event_log import RunEventLog

# What a step tells by the dozen, with an event of another kind after the last.
_TOLD_TOGETHER = (
    ASSET_EVENTS
    | ASSET_CHECK_EVENTS
    | {DagsterEventType.STEP_OUTPUT, DagsterEventType.HANDLED_OUTPUT}
)
# Whoever else writes to the history, the UI, waits so long at most.
_LONGEST_SECONDS = 0.25
_INSERT = SqlEventLogStorageTable.insert()


class HeadlessEventLog(RunEventLog):
    """The log of a run that no other process writes: few transactions, and its own events need not be read again."""

    def __init__(self, base_dir: str, inst_data: ConfigurableClassData | None = None) -> None:
        self._held: dict[str, Connection] = {}
        self._depth = 0
        self._begun = 0.0
        self._is_more_to_come = False
        self._updates: dict[frozenset[str], Any] = {}
        self._made: dict[AssetKey, EventLogRecord] = {}
        super().__init__(base_dir, inst_data)
        # A connection is asked for while an event is stored.
        self._db_lock = threading.RLock()  # type: ignore[assignment]

    @contextmanager
    def _connect(self, shard: str) -> Iterator[Connection]:
        with self._db_lock:
            held = self._held.get(shard)
            if held is None:
                held = self._held[shard] = self._engine(shard).connect()
            if not any(connection.in_transaction() for connection in self._held.values()):
                self._begun = time.monotonic()
            if not held.in_transaction():
                held.begin()
            self._depth += 1
            try:
                yield held
            except BaseException:
                self._is_more_to_come = False
                raise
            finally:
                self._depth -= 1
                if self._depth == 0 and not self._is_more_to_come:
                    self._write_down()

    def _write_down(self) -> None:
        for connection in self._held.values():
            if connection.in_transaction():
                connection.commit()

    def store_event(self, event: EventLogEntry) -> None:
        with self._db_lock:
            kind = event.dagster_event_type if event.is_dagster_event else None
            self._is_more_to_come = kind in _TOLD_TOGETHER
            try:
                self._store(event, kind)
            finally:
                self._is_more_to_come = False
            if kind not in _TOLD_TOGETHER or time.monotonic() - self._begun > _LONGEST_SECONDS:
                self._write_down()

    def _store(self, event: EventLogEntry, kind: DagsterEventType | None) -> None:
        row = self._event_to_row(event)
        with self.run_connection(event.run_id) as connection:
            connection.execute(_INSERT, row)
        if kind not in ASSET_EVENTS | ASSET_CHECK_EVENTS | EVENT_TYPE_TO_PIPELINE_RUN_STATUS.keys():
            return
        with self.index_connection() as connection:
            inserted = connection.execute(_INSERT, row).inserted_primary_key
            event_id = int(inserted[0]) if inserted else 0
            if kind in ASSET_EVENTS:
                self._store_asset_event_tags(connection, [event], [event_id])
                self._store_asset_event(connection, event, event_id)
        if kind in ASSET_CHECK_EVENTS:
            self.store_asset_check_event(event, event_id)
        key = event.get_dagster_event().asset_key
        if kind == DagsterEventType.ASSET_MATERIALIZATION and key is not None:
            self._made[key] = EventLogRecord(event_id, event)

    def _store_asset_event(self, conn: Connection, event: EventLogEntry, event_id: int) -> None:
        key = event.get_dagster_event().asset_key
        if key is None:
            return
        values = self._get_asset_entry_values(
            event, event_id, self._has_asset_key_index_cols_on_connection(conn)
        )
        if not values:
            return
        names = frozenset(values)
        update = self._updates.get(names)
        if update is None:
            update = self._updates[names] = (
                AssetKeyTable.update()
                .where(AssetKeyTable.c.asset_key == bindparam("of_key"))
                .values({name: bindparam(f"new_{name}") for name in names})
            )
        given = {f"new_{name}": value for name, value in values.items()}
        if conn.execute(update, {"of_key": key.to_string(), **given}).rowcount == 0:
            conn.execute(AssetKeyTable.insert(), {"asset_key": key.to_string(), **values})

    def get_asset_records(
        self, asset_keys: Sequence[AssetKey] | None = None
    ) -> Sequence[AssetRecord]:
        """Of what this process made the last event is known; Dagster asks for every asset and check that depends on it."""
        if asset_keys is None:
            return super().get_asset_records()
        others = [key for key in asset_keys if key not in self._made]
        records = list(super().get_asset_records(others)) if others else []
        for key in asset_keys:
            made = self._made.get(key)
            if made is not None:
                entry = AssetEntry(
                    asset_key=key,
                    last_materialization_record=made,
                    last_run_id=made.event_log_entry.run_id,
                )
                records.append(AssetRecord(storage_id=made.storage_id, asset_entry=entry))
        return records

    def dispose(self) -> None:
        with self._db_lock:
            self._write_down()
            for connection in self._held.values():
                connection.close()
            self._held.clear()
        super().dispose()

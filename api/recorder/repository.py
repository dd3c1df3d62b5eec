"""The database side: COPY into a table of the connection's own, then insert what is not there yet."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final

from api.database.pool import Connection
from api.labels.repository import store_captures
from api.models.repository import store_events, store_shadows
from domain.captures import Capture
from domain.floor import Occupancy, Scan
from domain.messages import LineCrossing, Message, PostureEvent, ZoneReading
from domain.rollout import RolloutEvent, ShadowReport

TABLES: Final = ("zone_readings", "line_crossings", "posture_events", "occupancy_readings", "scans")

_READING_COLUMNS: Final = (
    "venue_id",
    "zone_id",
    "captured_at",
    "state",
    "reason",
    "camera_ids",
    "count",
    "peak",
    "count_low",
    "count_high",
    "frames",
    "method",
    "model",
    "epoch",
    "floor",
)
_CROSSING_COLUMNS: Final = (
    "crossing_id",
    "captured_at",
    "venue_id",
    "line_id",
    "camera_id",
    "direction",
    "state",
    "reason",
)
_POSTURE_COLUMNS: Final = (
    "event_id",
    "phase",
    "captured_at",
    "venue_id",
    "camera_id",
    "zone_ids",
    "position_x",
    "position_y",
    "posture",
    "confidence",
    "since",
    "duration_s",
    "end_reason",
    "state",
    "reason",
)
_OCCUPANCY_COLUMNS: Final = (
    "venue_id",
    "section_id",
    "captured_at",
    "state",
    "reason",
    "count",
    "count_low",
    "count_high",
    "capacity",
    "over_capacity",
    "drift_per_hour",
    "seen_share",
)
_SCAN_COLUMNS: Final = (
    "venue_id",
    "scan_id",
    "captured_at",
    "gate_id",
    "direction",
    "people",
    "state",
    "reason",
)


async def store(connection: Connection, messages: Sequence[Message]) -> None:
    """Store messages of any kind that is stored here; one that is there already stays as it is."""
    await store_readings(connection, [message for message in messages if isinstance(message, ZoneReading)])
    await store_crossings(connection, [message for message in messages if isinstance(message, LineCrossing)])
    await store_postures(connection, [message for message in messages if isinstance(message, PostureEvent)])
    await store_occupancy(connection, [message for message in messages if isinstance(message, Occupancy)])
    await store_scans(connection, [message for message in messages if isinstance(message, Scan)])
    await store_events(connection, [message for message in messages if isinstance(message, RolloutEvent)])
    await store_shadows(connection, [message for message in messages if isinstance(message, ShadowReport)])
    await store_captures(connection, [message for message in messages if isinstance(message, Capture)])


async def store_readings(connection: Connection, readings: Sequence[ZoneReading]) -> None:
    """Store readings; one that is there already stays as it is."""
    rows = [
        (
            reading.venue_id,
            reading.zone_id,
            reading.captured_at,
            reading.state.value,
            reading.reason,
            list(reading.camera_ids),
            reading.count,
            reading.peak,
            reading.count_low,
            reading.count_high,
            reading.frames,
            reading.method,
            reading.model,
            reading.epoch,
            reading.floor.model_dump_json(exclude_none=True) if reading.floor else None,
        )
        for reading in readings
    ]
    await _store(connection, "zone_readings", _READING_COLUMNS, rows)


async def store_crossings(connection: Connection, crossings: Sequence[LineCrossing]) -> None:
    """Store crossings; one that is there already stays as it is."""
    rows = [
        (
            crossing.crossing_id,
            crossing.captured_at,
            crossing.venue_id,
            crossing.line_id,
            crossing.camera_id,
            crossing.direction,
            crossing.state.value,
            crossing.reason,
        )
        for crossing in crossings
    ]
    await _store(connection, "line_crossings", _CROSSING_COLUMNS, rows)


async def store_postures(connection: Connection, events: Sequence[PostureEvent]) -> None:
    """Store the starts and ends of postures; one that is there already stays as it is."""
    rows = [
        (
            event.event_id,
            event.phase,
            event.captured_at,
            event.venue_id,
            event.camera_id,
            list(event.zone_ids),
            *event.position,
            event.posture.value,
            event.confidence,
            event.since,
            event.duration_s,
            event.end_reason,
            event.state.value,
            event.reason,
        )
        for event in events
    ]
    await _store(connection, "posture_events", _POSTURE_COLUMNS, rows)


async def store_occupancy(connection: Connection, occupancies: Sequence[Occupancy]) -> None:
    """Store how many people were inside; a second that is there already stays as it is."""
    rows = [
        (
            occupancy.venue_id,
            occupancy.section_id or "",
            occupancy.captured_at,
            occupancy.state.value,
            occupancy.reason,
            occupancy.count,
            occupancy.count_low,
            occupancy.count_high,
            occupancy.capacity,
            occupancy.over_capacity,
            occupancy.drift_per_hour,
            occupancy.seen_share,
        )
        for occupancy in occupancies
    ]
    await _store(connection, "occupancy_readings", _OCCUPANCY_COLUMNS, rows)


async def store_scans(connection: Connection, scans: Sequence[Scan]) -> None:
    """Store scans, each key of a venue once, whenever it is told again; the first that was told stays."""
    first = {(scan.venue_id, scan.scan_id): scan for scan in reversed(scans)}
    rows = [
        (
            scan.venue_id,
            scan.scan_id,
            scan.captured_at,
            scan.gate_id,
            scan.direction,
            scan.people,
            scan.state.value,
            scan.reason,
        )
        for scan in first.values()
    ]
    if not rows:
        return
    incoming, names = await _copy(connection, "scans", _SCAN_COLUMNS, rows)
    # In the order of the key: two recorders that store the same scans must not wait for one another.
    await connection.execute(
        "with new as ("  # noqa: S608 - constants
        "insert into private.scan_keys (venue_id, scan_id, captured_at) "
        f"select venue_id, scan_id, captured_at from {incoming} order by venue_id, scan_id "
        "on conflict (venue_id, scan_id) do nothing returning venue_id, scan_id"
        f") insert into public.scans ({names}) "
        f"select {names} from {incoming} join new using (venue_id, scan_id)"
    )


async def _store(connection: Connection, table: str, columns: Sequence[str], rows: list[tuple[Any, ...]]) -> None:
    if not rows:
        return
    incoming, names = await _copy(connection, table, columns, rows)
    await connection.execute(
        f"insert into public.{table} ({names}) select {names} from {incoming} on conflict do nothing"  # noqa: S608 - constants
    )


async def _copy(
    connection: Connection, table: str, columns: Sequence[str], rows: list[tuple[Any, ...]]
) -> tuple[str, str]:
    """Copy rows into a table of the connection's own; its name, and its columns as SQL names them."""
    incoming = f"incoming_{table}"
    names = ", ".join(f'"{column}"' for column in columns)
    # Kept for the connection's life: a table made and dropped each second would fill the catalogue.
    await connection.execute(
        f"create temporary table if not exists {incoming} on commit delete rows "  # noqa: S608 - constants
        f"as select {names} from public.{table} with no data"
    )
    await connection.copy_records_to_table(incoming, records=rows, columns=columns, schema_name="pg_temp")
    return f"pg_temp.{incoming}", names


async def venue_ids(connection: Connection) -> list[str]:
    """Every venue of every tenant."""
    rows = await connection.fetch("select id from public.venues order by id")
    return [row["id"] for row in rows]


async def add_partitions(connection: Connection, first: date, days: int) -> int:
    """Make the days from ``first`` on that do not exist yet; how many were made."""
    made = 0
    for table in TABLES:
        for ahead in range(days):
            day = first + timedelta(days=ahead)
            made += bool(await connection.fetchval("select private.add_partition($1, $2)", table, day))
    return made


async def drop_partitions(connection: Connection, older_than: date) -> int:
    """Drop whole days that are too old, and the keys of the scans that go with them; how many days there were."""
    dropped = 0
    for table in TABLES:
        dropped += int(await connection.fetchval("select private.drop_partitions($1, $2)", table, older_than))
    begins = datetime.combine(older_than, time(), UTC)
    await connection.execute("delete from private.scan_keys where captured_at < $1", begins)
    return dropped

"""The database side: COPY into a table of the connection's own, then insert what is not there yet."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any, Final

from api.database.pool import Connection
from domain.messages import LineCrossing, PostureEvent, ZoneReading

TABLES: Final = ("zone_readings", "line_crossings", "posture_events")

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


async def _store(connection: Connection, table: str, columns: Sequence[str], rows: list[tuple[Any, ...]]) -> None:
    if not rows:
        return
    incoming = f"incoming_{table}"
    names = ", ".join(f'"{column}"' for column in columns)
    # Kept for the connection's life: a table made and dropped each second would fill the catalogue.
    await connection.execute(
        f"create temporary table if not exists {incoming} on commit delete rows "  # noqa: S608 - constants
        f"as select {names} from public.{table} with no data"
    )
    await connection.copy_records_to_table(incoming, records=rows, columns=columns, schema_name="pg_temp")
    await connection.execute(
        f"insert into public.{table} ({names}) select {names} from pg_temp.{incoming} "  # noqa: S608 - constants
        "on conflict do nothing"
    )


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
    """Drop whole days that are too old; how many there were."""
    dropped = 0
    for table in TABLES:
        dropped += int(await connection.fetchval("select private.drop_partitions($1, $2)", table, older_than))
    return dropped

"""Venues in SQL. Every select here is narrowed by row-level security to what the user may see."""

import json
from typing import Any

from api.database.pool import Connection
from api.venues.schemas import CameraOut, LineOut, VenueSummary, ZoneOut
from domain.venue import CameraConfig, LineConfig, VenueConfig, ZoneConfig

_VENUES = """
    select v.id, v.name, v.capacity, v.timezone, v.busy_at, v.full_at, m.role
    from public.venues v
    join public.venue_members m on m.venue_id = v.id and m.user_id = (select auth.uid())
"""


async def venues(connection: Connection) -> list[VenueSummary]:
    """The user's venues, by name."""
    rows = await connection.fetch(_VENUES + "order by v.name, v.id")
    return [VenueSummary.model_validate(dict(row)) for row in rows]


async def venue(connection: Connection, venue_id: str) -> dict[str, Any] | None:
    """One venue's own row with the user's role; ``None`` where it does not exist or is not theirs."""
    row = await connection.fetchrow(_VENUES + "where v.id = $1", venue_id)
    return dict(row) if row else None


async def is_member(connection: Connection, venue_id: str) -> bool:
    """Whether the user may know of this venue."""
    found: bool = await connection.fetchval(
        "select exists (select from public.venue_members where venue_id = $1 and user_id = (select auth.uid()))",
        venue_id,
    )
    return found


async def cameras(connection: Connection, venue_id: str) -> list[CameraOut]:
    """The cameras in use."""
    rows = await connection.fetch(
        """
        select id, name, frame_width, frame_height from public.cameras
        where venue_id = $1 and retired_at is null order by position, id
        """,
        venue_id,
    )
    return [CameraOut.model_validate(dict(row)) for row in rows]


async def zones(connection: Connection, venue_id: str) -> list[ZoneOut]:
    """The zones in use."""
    rows = await connection.fetch(
        """
        select id, name, camera_id, polygon, capacity, is_primary from public.zones
        where venue_id = $1 and retired_at is null order by position, id
        """,
        venue_id,
    )
    return [
        ZoneOut(
            id=row["id"],
            name=row["name"],
            camera_id=row["camera_id"],
            polygon=json.loads(row["polygon"]),
            capacity=row["capacity"],
            primary=row["is_primary"],
        )
        for row in rows
    ]


async def lines(connection: Connection, venue_id: str) -> list[LineOut]:
    """The counting lines in use."""
    rows = await connection.fetch(
        """
        select id, name, camera_id, start_x, start_y, end_x, end_y from public.counting_lines
        where venue_id = $1 and retired_at is null order by position, id
        """,
        venue_id,
    )
    return [
        LineOut(
            id=row["id"],
            name=row["name"],
            camera_id=row["camera_id"],
            start=(row["start_x"], row["start_y"]),
            end=(row["end_x"], row["end_y"]),
        )
        for row in rows
    ]


async def install(connection: Connection, config: VenueConfig) -> None:
    """Make the database's venue what its file says. What vanished from the file is retired; its history stays."""
    await connection.execute(
        """
        insert into public.venues (id, name, capacity, timezone, busy_at, full_at)
        values ($1, $2, $3, $4, $5, $6)
        on conflict (id) do update set name = excluded.name, capacity = excluded.capacity,
          timezone = excluded.timezone, busy_at = excluded.busy_at, full_at = excluded.full_at, updated_at = now()
        """,
        config.id,
        config.name,
        config.capacity,
        config.timezone,
        config.busy_at,
        config.full_at,
    )
    for position, camera in enumerate(config.cameras):
        await _install_camera(connection, config.id, position, camera)
    for position, zone in enumerate(config.zones):
        await _install_zone(connection, config.id, position, zone)
    for position, line in enumerate(config.lines):
        await _install_line(connection, config.id, position, line)
    await _retire(connection, config)


async def _install_camera(connection: Connection, venue_id: str, position: int, camera: CameraConfig) -> None:
    width, height = camera.frame_size
    await connection.execute(
        """
        insert into public.cameras (venue_id, id, name, frame_width, frame_height, position)
        values ($1, $2, $3, $4, $5, $6)
        on conflict (venue_id, id) do update set name = excluded.name, frame_width = excluded.frame_width,
          frame_height = excluded.frame_height, position = excluded.position, retired_at = null
        """,
        venue_id,
        camera.id,
        camera.name,
        width,
        height,
        position,
    )


async def _install_zone(connection: Connection, venue_id: str, position: int, zone: ZoneConfig) -> None:
    await connection.execute(
        """
        insert into public.zones (venue_id, id, camera_id, name, polygon, capacity, is_primary, position)
        values ($1, $2, $3, $4, $5, $6, $7, $8)
        on conflict (venue_id, id) do update set camera_id = excluded.camera_id, name = excluded.name,
          polygon = excluded.polygon, capacity = excluded.capacity, is_primary = excluded.is_primary,
          position = excluded.position, retired_at = null
        """,
        venue_id,
        zone.id,
        zone.camera_id,
        zone.name,
        json.dumps(zone.polygon.points.tolist()),
        zone.capacity,
        zone.primary,
        position,
    )


async def _install_line(connection: Connection, venue_id: str, position: int, line: LineConfig) -> None:
    await connection.execute(
        """
        insert into public.counting_lines
          (venue_id, id, camera_id, name, start_x, start_y, end_x, end_y, position)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
        on conflict (venue_id, id) do update set camera_id = excluded.camera_id, name = excluded.name,
          start_x = excluded.start_x, start_y = excluded.start_y, end_x = excluded.end_x, end_y = excluded.end_y,
          position = excluded.position, retired_at = null
        """,
        venue_id,
        line.id,
        line.camera_id,
        line.name,
        *line.start,
        *line.end,
        position,
    )


async def _retire(connection: Connection, config: VenueConfig) -> None:
    kept = {
        "cameras": [camera.id for camera in config.cameras],
        "zones": [zone.id for zone in config.zones],
        "counting_lines": [line.id for line in config.lines],
    }
    for table, ids in kept.items():
        await connection.execute(
            f"update public.{table} set retired_at = now() "  # noqa: S608 - the three names above, no input
            "where venue_id = $1 and id <> all ($2::text[]) and retired_at is null",
            config.id,
            ids,
        )

"""Venues in SQL. Every select here is narrowed by row-level security to what the user may see."""

import json
from typing import Any

from api.database.pool import Connection
from api.venues.schemas import CameraOut, FloorPlanOut, FloorZoneOut, GateOut, LineOut, VenueSummary, ZoneOut

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
    """The zones in use in the cameras' pictures."""
    rows = await connection.fetch(
        """
        select id, name, camera_id, polygon, capacity, is_primary from public.zones
        where venue_id = $1 and retired_at is null and not on_plan order by position, id
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


async def floor_plan(connection: Connection, venue_id: str) -> FloorPlanOut | None:
    """The floor plan in use, with its zones; ``None`` where the venue has none."""
    plan = await connection.fetchrow(
        "select outline from public.floor_plans where venue_id = $1 and retired_at is null", venue_id
    )
    if plan is None:
        return None
    outline = json.loads(plan["outline"]) if plan["outline"] is not None else None
    return FloorPlanOut(outline=outline, zones=await floor_zones(connection, venue_id))


async def floor_zones(connection: Connection, venue_id: str) -> list[FloorZoneOut]:
    """The zones in use on the floor plan."""
    rows = await connection.fetch(
        """
        select id, name, polygon, capacity, is_queue, front_x, front_y from public.zones
        where venue_id = $1 and retired_at is null and on_plan order by position, id
        """,
        venue_id,
    )
    return [
        FloorZoneOut(
            id=row["id"],
            name=row["name"],
            polygon=json.loads(row["polygon"]),
            capacity=row["capacity"],
            queue=row["is_queue"],
            front=(row["front_x"], row["front_y"]) if row["front_x"] is not None else None,
        )
        for row in rows
    ]


async def gates(connection: Connection, venue_id: str) -> list[GateOut]:
    """The ways in and out."""
    rows = await connection.fetch(
        """
        select id, name, lines, scans_in, scans_out from public.gates
        where venue_id = $1 and retired_at is null order by position, id
        """,
        venue_id,
    )
    return [GateOut.model_validate(dict(row)) for row in rows]

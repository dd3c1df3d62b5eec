"""A venue's file into the database: what is in it is brought up to date, what vanished from it is retired."""

import json

from api.database.pool import Connection
from domain.venue import (
    CameraConfig,
    FloorPlanConfig,
    FloorZoneConfig,
    GateConfig,
    LineConfig,
    VenueConfig,
    ZoneConfig,
)


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
    for position, gate in enumerate(config.gates):
        await _install_gate(connection, config.id, position, gate)
    if config.floor is not None:
        await _install_floor(connection, config.id, len(config.zones), config.floor)
    await _install_policy(connection, config)
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
          on_plan = false, is_queue = false, front_x = null, front_y = null,
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


async def _install_gate(connection: Connection, venue_id: str, position: int, gate: GateConfig) -> None:
    await connection.execute(
        """
        insert into public.gates (venue_id, id, name, lines, scans_in, scans_out, position)
        values ($1, $2, $3, $4, $5, $6, $7)
        on conflict (venue_id, id) do update set name = excluded.name, lines = excluded.lines,
          scans_in = excluded.scans_in, scans_out = excluded.scans_out, position = excluded.position, retired_at = null
        """,
        venue_id,
        gate.id,
        gate.name,
        list(gate.lines),
        gate.scans_in,
        gate.scans_out,
        position,
    )


async def _install_floor(connection: Connection, venue_id: str, position: int, floor: FloorPlanConfig) -> None:
    """The plan, and its zones from ``position`` on."""
    await connection.execute(
        """
        insert into public.floor_plans (venue_id, outline) values ($1, $2)
        on conflict (venue_id) do update set outline = excluded.outline, retired_at = null
        """,
        venue_id,
        json.dumps(floor.outline.points.tolist()) if floor.outline is not None else None,
    )
    for place, zone in enumerate(floor.zones, start=position):
        await _install_floor_zone(connection, venue_id, place, zone)


async def _install_floor_zone(connection: Connection, venue_id: str, position: int, zone: FloorZoneConfig) -> None:
    front_x, front_y = zone.front if zone.queue and zone.front is not None else (None, None)
    await connection.execute(
        """
        insert into public.zones
          (venue_id, id, name, polygon, capacity, on_plan, is_primary, is_queue, front_x, front_y, position)
        values ($1, $2, $3, $4, $5, true, false, $6, $7, $8, $9)
        on conflict (venue_id, id) do update set camera_id = null, on_plan = true, is_primary = false,
          name = excluded.name, polygon = excluded.polygon, capacity = excluded.capacity,
          is_queue = excluded.is_queue, front_x = excluded.front_x, front_y = excluded.front_y,
          position = excluded.position, retired_at = null
        """,
        venue_id,
        zone.id,
        zone.name,
        json.dumps(zone.polygon.points.tolist()),
        zone.capacity,
        zone.queue,
        front_x,
        front_y,
        position,
    )


async def _install_policy(connection: Connection, config: VenueConfig) -> None:
    """What may be kept of live pictures."""
    learning = config.learning
    await connection.execute(
        """
        insert into public.capture_policies (venue_id, capture, consent_reference, retention_days)
        values ($1, $2, $3, $4)
        on conflict (venue_id) do update set capture = excluded.capture,
          consent_reference = excluded.consent_reference, retention_days = excluded.retention_days, updated_at = now()
        """,
        config.id,
        learning.capture.value,
        learning.consent_reference,
        learning.retention_days,
    )


async def _retire(connection: Connection, config: VenueConfig) -> None:
    floor_zones = config.floor.zones if config.floor else ()
    kept = {
        "cameras": [camera.id for camera in config.cameras],
        "zones": [*(zone.id for zone in config.zones), *(zone.id for zone in floor_zones)],
        "counting_lines": [line.id for line in config.lines],
        "gates": [gate.id for gate in config.gates],
    }
    for table, ids in kept.items():
        await connection.execute(
            f"update public.{table} set retired_at = now() "  # noqa: S608 - the names above, no input
            "where venue_id = $1 and id <> all ($2::text[]) and retired_at is null",
            config.id,
            ids,
        )
    if config.floor is None:
        await connection.execute(
            "update public.floor_plans set retired_at = now() where venue_id = $1 and retired_at is null", config.id
        )

"""Days made ahead and old days dropped."""

from datetime import datetime, timedelta
from typing import Final

import structlog

from api.database.pool import Database
from api.models.repository import drop_old
from api.recorder import repository

log = structlog.get_logger()

DAYS_BACK: Final = 1
"""A Stream keeps six hours: what comes late belongs to yesterday at most."""
DAYS_AHEAD: Final = 7
"""A recorder that runs but cannot do its upkeep for a week is noticed before the days run out."""


async def keep_partitions(database: Database, now: datetime, retention_days: int) -> None:
    """Make the coming days and drop those past their retention. Each is a transaction: neither waits for the other."""
    today = now.date()
    async with database.as_service() as connection:
        made = await repository.add_partitions(
            connection, today - timedelta(days=DAYS_BACK), DAYS_BACK + 1 + DAYS_AHEAD
        )
    async with database.as_service() as connection:
        dropped = await repository.drop_partitions(connection, today - timedelta(days=retention_days))
    async with database.as_service() as connection:
        await drop_old(connection, now - timedelta(days=retention_days))
    if made or dropped:
        log.info("partitions kept", made=made, dropped=dropped)

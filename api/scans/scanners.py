"""Who may tell of scans where, remembered: people at the gates do not wait until a database is back."""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from api.access.tokens import Identity
from api.database.pool import Database
from api.scans import repository
from api.venues import repository as venues
from domain.errors import Unavailable

FRESH_S: Final = 30.0
"""A role that was taken away ends within this, as a live feed does."""
GRACE_S: Final = 900.0
"""How long a role that cannot be asked for again still holds. A token lives no longer than an hour."""
PATIENCE_S: Final = 0.5
"""Of a scan whose teller is known. The question takes 2 ms where the database is well."""

_Key = tuple[UUID, str]


@dataclass(frozen=True)
class Permit:
    """What a user may do at a venue's gates.

    Attributes:
        member: they may know of the venue.
        allowed: they may tell of scans.
        gates: the venue's gates in use.
    """

    member: bool
    allowed: bool
    gates: tuple[str, ...]


@dataclass(frozen=True)
class _Known:
    permit: Permit
    at_s: float


class Scanners:
    """Asks the database, and remembers those who were let in; nobody who was not is remembered.

    Args:
        database: where roles and gates are.
        clock: seconds that only go up.
    """

    def __init__(self, database: Database, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._database = database
        self._clock = clock
        self._known: dict[_Key, _Known] = {}
        self._asking: dict[_Key, tuple[asyncio.Task[Permit | Unavailable], float]] = {}

    async def permit(self, user: Identity, venue_id: str, *, anew: bool = False) -> Permit:
        """What this user may do.

        Args:
            user: who.
            venue_id: where.
            anew: ask even where it was asked a moment ago.

        Raises:
            Unavailable: the database does not answer, and the user was not let in during the last minutes.
        """
        key, now_s = (user.user_id, venue_id), self._clock()
        known = self._known.get(key)
        if known is not None and now_s - known.at_s < FRESH_S and not anew:
            return known.permit
        task, since_s = self._ask(key, user, now_s)
        if known is None or now_s - known.at_s >= GRACE_S:
            answer = await asyncio.shield(task)
            if isinstance(answer, Unavailable):
                raise answer
            return answer
        await asyncio.wait({task}, timeout=max(since_s + PATIENCE_S - now_s, 0.0))
        answer = task.result() if task.done() else known.permit
        return known.permit if isinstance(answer, Unavailable) else answer

    def _ask(self, key: _Key, user: Identity, now_s: float) -> tuple[asyncio.Task[Permit | Unavailable], float]:
        """The question, asked once however many wait for its answer."""
        if key not in self._asking:
            task = asyncio.create_task(self._answer(key, user))
            self._asking[key] = task, now_s
            task.add_done_callback(lambda _: self._asking.pop(key, None))
        return self._asking[key]

    async def _answer(self, key: _Key, user: Identity) -> Permit | Unavailable:
        venue_id = key[1]
        try:
            async with self._database.as_user(user.claims) as connection:
                permit = Permit(
                    member=await venues.is_member(connection, venue_id),
                    allowed=await repository.may_tell(connection, venue_id),
                    gates=tuple(gate.id for gate in await venues.gates(connection, venue_id)),
                )
        except Unavailable as error:
            return error
        self._remember(key, permit)
        return permit

    def _remember(self, key: _Key, permit: Permit) -> None:
        now_s = self._clock()
        self._known = {other: known for other, known in self._known.items() if now_s - known.at_s < GRACE_S}
        if permit.allowed:
            self._known[key] = _Known(permit, now_s)
        else:
            self._known.pop(key, None)

"""Who may decide on models, and what is told of it."""

from typing import Final

import asyncpg
import structlog
from redis.asyncio import Redis
from redis.exceptions import RedisError

from api.access.tokens import Identity
from api.database.pool import Connection, Database
from api.errors import Conflicts, NotAllowed, NotVisible
from api.models import repository, telling
from api.models.repository import NewChange
from api.models.schemas import (
    MOST_LISTED,
    Challenge,
    Event,
    ModelChange,
    Models,
    Placed,
    Promote,
    RollBack,
    Shadows,
    VersionInFull,
    Withdraw,
)
from api.venues import repository as venues
from api.venues.service import no_such_venue
from domain.rollout import DISAGREEMENT, SHADOW_SHARE

log = structlog.get_logger()

_ROLE: Final = "models are for an engineer or an admin of this venue"


async def get_models(database: Database, user: Identity, venue_id: str) -> Models:
    """What is to run, and what could.

    Raises:
        NotVisible: no such venue for this user.
        NotAllowed: the user is neither engineer nor admin there.
    """
    async with database.as_user(user.claims) as connection:
        await _refuse_others(connection, venue_id)
        return await models(connection, venue_id)


async def models(connection: Connection, venue_id: str) -> Models:
    """What is to run, and what could, as far as the connection sees."""
    held = await repository.aliases(connection, venue_id)
    found = await repository.evaluations(connection, venue_id)
    return Models(
        revision=0 if held is None else held["revision"],
        decided_at=None if held is None else held["updated_at"],
        champion=_placed(held, "champion"),
        before=_placed(held, "before"),
        can_roll_back=held is not None and held["can_roll_back"],
        challenger=_placed(held, "challenger"),
        shadow_share=SHADOW_SHARE if held is None else held["shadow_share"],
        allowed_disagreement=DISAGREEMENT if held is None else held["allowed_disagreement"],
        doors_open=await repository.doors_open(connection, venue_id),
        built_in=[told for (_, number), rows in found.items() if number == 0 for told in rows],
        versions=await repository.versions(connection, venue_id, MOST_LISTED),
    )


async def get_version(database: Database, user: Identity, venue_id: str, name: str, number: int) -> VersionInFull:
    """One version, its card, and what speaks against promoting it now.

    Raises:
        NotVisible: no such venue or version for this user.
        NotAllowed: the user is neither engineer nor admin there.
    """
    async with database.as_user(user.claims) as connection:
        await _refuse_others(connection, venue_id)
        found = await repository.version(connection, venue_id, name, number)
        if found is None:
            raise NotVisible(f"there is no version {number} of model {name!r} in venue {venue_id!r}")
        version, card = found
        against = await repository.against_promotion(connection, venue_id, name, number)
    return VersionInFull(**dict(version), card=card, against_promotion=against)


async def get_changes(database: Database, user: Identity, venue_id: str, most: int) -> list[ModelChange]:
    """Who decided what, when and why, newest first.

    Raises:
        NotVisible: no such venue for this user.
        NotAllowed: the user is neither engineer nor admin there.
    """
    async with database.as_user(user.claims) as connection:
        await _refuse_others(connection, venue_id)
        return [ModelChange.model_validate(dict(row)) for row in await repository.changes(connection, venue_id, most)]


async def get_events(database: Database, user: Identity, venue_id: str, most: int) -> list[Event]:
    """What became of models in the workers, newest first.

    Raises:
        NotVisible: no such venue for this user.
        NotAllowed: the user is neither engineer nor admin there.
    """
    async with database.as_user(user.claims) as connection:
        await _refuse_others(connection, venue_id)
        return [Event.model_validate(dict(row)) for row in await repository.events(connection, venue_id, most)]


async def get_shadows(database: Database, user: Identity, venue_id: str, most: int) -> Shadows:
    """How challengers compared with champions on live frames, newest first.

    Raises:
        NotVisible: no such venue for this user.
        NotAllowed: the user is neither engineer nor admin there.
    """
    async with database.as_user(user.claims) as connection:
        await _refuse_others(connection, venue_id)
        return await repository.shadows(connection, venue_id, most)


async def decide(
    database: Database,
    redis: Redis,
    user: Identity,
    venue_id: str,
    what: Promote | RollBack | Challenge | Withdraw,
) -> Models:
    """Take a decision in the user's name, and tell the workers.

    Raises:
        NotVisible: no such venue for this user.
        NotAllowed: the user is neither engineer nor admin there.
        Conflicts: something speaks against it; the message says what.
    """
    async with database.as_user(user.claims) as connection:
        await _refuse_others(connection, venue_id)
        await take(connection, venue_id, change_of(what))
        now = await models(connection, venue_id)
        told = await repository.told_aliases(connection, venue_id)
    try:
        await telling.tell(redis, told)
    except RedisError as error:  # the recorder tells it again; the decision is taken
        log.warning("workers hear of a decision later: redis is away", venue=venue_id, error=type(error).__name__)
    return now


def change_of(what: Promote | RollBack | Challenge | Withdraw, actor: str | None = None) -> NewChange:
    """A decision as it is recorded."""
    match what:
        case Promote():
            return NewChange(
                "promote",
                what.reason,
                what.name,
                what.version,
                allowed_disagreement=what.allowed_disagreement,
                forced=what.force,
                actor=actor,
            )
        case Challenge():
            share = what.shadow_share
            return NewChange("challenge", what.reason, what.name, what.version, shadow_share=share, actor=actor)
        case RollBack():
            return NewChange("rollback", what.reason, actor=actor)
        case Withdraw():
            return NewChange("withdraw", what.reason, actor=actor)


async def take(connection: Connection, venue_id: str, new: NewChange) -> int:
    """Take a decision; its revision.

    Raises:
        NotAllowed: not for this user to decide.
        Conflicts: something speaks against it.
    """
    try:
        return await repository.decide(connection, venue_id, new)
    except asyncpg.InsufficientPrivilegeError:
        raise NotAllowed(_ROLE) from None
    except asyncpg.IntegrityConstraintViolationError as error:
        label = f"{new.name}@{new.version}" if new.name is not None else "it"
        raise Conflicts(f"{new.change} {label} is refused: {error.args[0]}") from None


async def _refuse_others(connection: Connection, venue_id: str) -> None:
    if not await venues.is_member(connection, venue_id):
        raise no_such_venue(venue_id)
    if not await repository.may_decide(connection, venue_id):
        raise NotAllowed(_ROLE)


def _placed(held: asyncpg.Record | None, place: str) -> Placed | None:
    if held is None or held[f"{place}_name"] is None:
        return None
    return Placed(name=held[f"{place}_name"], version=held[f"{place}_version"])

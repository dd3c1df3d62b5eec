"""Accounts, sessions and memberships in SQL.

The accounts' part is for the local issuer only: in production Supabase Auth owns those tables.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from api.access.schemas import Membership
from api.database.pool import Connection


@dataclass(frozen=True)
class Account:
    """A row of ``auth.users``."""

    id: UUID
    email: str
    password_hash: str | None


@dataclass(frozen=True)
class Rotated:
    """A refresh token that was good, and is now used."""

    session_id: UUID
    account: Account


async def memberships(connection: Connection, user_id: UUID) -> list[Membership]:
    """The venues a user belongs to, by name."""
    rows = await connection.fetch(
        """
        select v.id as venue_id, v.name, m.role
        from public.venue_members m join public.venues v on v.id = m.venue_id
        where m.user_id = $1 order by v.name, v.id
        """,
        user_id,
    )
    return [Membership.model_validate(dict(row)) for row in rows]


async def one_at_a_time(connection: Connection) -> None:
    """Let no other setup look for an account and add it until this transaction ends."""
    await connection.execute("select pg_advisory_xact_lock(hashtext('headroom.accounts'))")


async def find_account(connection: Connection, email: str) -> Account | None:
    """The account of an email address, whatever its case."""
    row = await connection.fetchrow(
        "select id, email, encrypted_password from auth.users where lower(email) = lower($1)", email
    )
    return Account(row["id"], row["email"], row["encrypted_password"]) if row else None


async def find_user_id(connection: Connection, email: str) -> UUID | None:
    """The id behind an email address, where Supabase Auth owns the accounts."""
    found: UUID | None = await connection.fetchval("select id from auth.users where lower(email) = lower($1)", email)
    return found


async def add_account(connection: Connection, email: str, password_hash: str) -> UUID:
    """A new account."""
    added: UUID = await connection.fetchval(
        "insert into auth.users (email, encrypted_password) values ($1, $2) returning id", email, password_hash
    )
    return added


async def change_password(connection: Connection, user_id: UUID, password_hash: str) -> None:
    """Store another password and end every session that the old one opened."""
    await connection.execute(
        "update auth.users set encrypted_password = $2, updated_at = now() where id = $1", user_id, password_hash
    )
    await connection.execute("delete from auth.sessions where user_id = $1", user_id)


async def grant(connection: Connection, user_id: UUID, venue_id: str, role: str) -> None:
    """Give a user a role in a venue, in place of any other."""
    await connection.execute(
        """
        insert into public.venue_members (venue_id, user_id, role) values ($1, $2, $3)
        on conflict (venue_id, user_id) do update set role = excluded.role where venue_members.role <> excluded.role
        """,
        venue_id,
        user_id,
        role,
    )


async def add_session(connection: Connection, user_id: UUID) -> UUID:
    """Open a session: the family that its refresh tokens belong to."""
    added: UUID = await connection.fetchval("insert into auth.sessions (user_id) values ($1) returning id", user_id)
    await connection.execute("update auth.users set last_sign_in_at = now() where id = $1", user_id)
    return added


async def add_refresh_token(connection: Connection, session_id: UUID, token_hash: bytes) -> None:
    """Store the hash of a session's newest refresh token."""
    await connection.execute(
        "insert into auth.refresh_tokens (session_id, token_hash) values ($1, $2)", session_id, token_hash
    )


async def rotate(connection: Connection, token_hash: bytes, issued_after: datetime) -> Rotated | None:
    """Use a refresh token up. ``None``: unknown, used before, or issued too long ago."""
    row = await connection.fetchrow(
        """
        with used as (
          update auth.refresh_tokens set used_at = now()
          where token_hash = $1 and used_at is null and created_at > $2
          returning session_id
        )
        select used.session_id, u.id, u.email, u.encrypted_password
        from used join auth.sessions s on s.id = used.session_id join auth.users u on u.id = s.user_id
        """,
        token_hash,
        issued_after,
    )
    if row is None:
        return None
    return Rotated(row["session_id"], Account(row["id"], row["email"], row["encrypted_password"]))


async def end_session_of(connection: Connection, token_hash: bytes) -> bool:
    """End the session that a refresh token belongs to; whether there was one."""
    ended = await connection.fetchval(
        """
        delete from auth.sessions where id = (select session_id from auth.refresh_tokens where token_hash = $1)
        returning id
        """,
        token_hash,
    )
    return ended is not None


async def end_session(connection: Connection, user_id: UUID, session_id: UUID) -> None:
    """End one session of a user; its refresh tokens go with it."""
    await connection.execute("delete from auth.sessions where id = $1 and user_id = $2", session_id, user_id)


async def forget_old_sessions(connection: Connection, user_id: UUID, issued_before: datetime) -> None:
    """Remove a user's sessions that can no longer be refreshed."""
    await connection.execute(
        """
        delete from auth.sessions s where s.user_id = $1 and not exists (
          select from auth.refresh_tokens t
          where t.session_id = s.id and t.used_at is null and t.created_at >= $2
        )
        """,
        user_id,
        issued_before,
    )

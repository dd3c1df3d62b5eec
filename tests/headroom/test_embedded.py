"""The embedded servers, run for real."""

import os
import signal
import stat
from collections.abc import Callable
from pathlib import Path
from pwd import getpwnam
from typing import Any

import asyncpg
import psutil
import pytest
from redis.asyncio import Redis
from redis.exceptions import AuthenticationError

from domain.errors import HeadroomError, Unavailable
from headroom.embedded.account import account_for
from headroom.embedded.leftovers import stop_leftover
from headroom.embedded.postgres import Postgres
from headroom.embedded.valkey import Valkey
from headroom.ports import free_port
from headroom.processes import alive

Private = Callable[[], Any]


async def test_postgres_refuses_a_wrong_password(database_url: str) -> None:
    with pytest.raises(asyncpg.InvalidPasswordError):
        await asyncpg.connect(database_url.replace("p%40ss%2Fw%3Ard", "guess"))


async def test_what_was_committed_survives_a_killed_postgres(private_postgres: Private) -> None:
    server = private_postgres()
    connection = await asyncpg.connect(server.url)
    await connection.execute("create table kept as select 7 as number")
    connection.terminate()
    server.kill()
    with pytest.raises(Unavailable):
        await server.server.probe()
    server.start()
    connection = await asyncpg.connect(server.url)
    assert await connection.fetchval("select number from kept") == 7
    await connection.close()


async def test_postgres_is_not_run_as_root(private_postgres: Private) -> None:
    server = private_postgres()
    connection = await asyncpg.connect(server.url)
    assert await connection.fetchval("select current_setting('listen_addresses')") == "127.0.0.1"
    await connection.close()
    assert stat.S_IMODE(server.server.cluster.stat().st_mode) == 0o700
    assert 0 not in psutil.Process(server.pid).uids() or server.server.command.argv[0].endswith("unshare")
    assert not (server.server.folder / "password.once").exists()


@pytest.mark.skipif(os.geteuid() != 0, reason="this machine's user is not root, and only root becomes somebody else")
def test_root_becomes_nobody_where_everyone_may_enter(server_folder: Path) -> None:
    assert account_for((Path("/bin/sh"), server_folder / "postgres")).uid == getpwnam("nobody").pw_uid


def test_postgres_runs_where_others_may_not_enter(tmp_path: Path, private_postgres: Private) -> None:
    """As root a user namespace is needed; an ordinary user needs nothing. The folder stays closed."""
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    make = type(private_postgres())
    try:
        server = make(Postgres(closed / "postgres", port=free_port(), password="p")).start()
    except HeadroomError as error:
        pytest.skip(f"this machine allows no user namespaces: {error}")
    server.kill()
    assert stat.S_IMODE(closed.stat().st_mode) == 0o700


def test_no_secret_is_on_a_command_line(private_postgres: Private, private_valkey: Private) -> None:
    for server in (private_postgres(), private_valkey()):
        assert "p@ss" not in " ".join(psutil.Process(server.pid).cmdline())
        assert "p@ss" not in repr(server.server)
        assert "p@ss" not in repr(server.server.command)


def test_a_cluster_of_another_version_is_named(private_postgres: Private) -> None:
    server = private_postgres()
    server.stop()
    (server.server.cluster / "PG_VERSION").write_text("9\n")
    with pytest.raises(HeadroomError, match="was made by PostgreSQL 9 and this is PostgreSQL"):
        server.server.prepare()


@pytest.mark.parametrize("frozen", [False, True])
def test_a_postgres_that_outlived_its_parent_is_stopped_before_the_next(
    private_postgres: Private, *, frozen: bool
) -> None:
    server = private_postgres()
    old = psutil.Process(server.pid)
    if frozen:
        server.freeze()
    assert Postgres(server.server.folder, port=free_port(), password="p@ss/w:rd").stop_leftover()
    assert not alive(old)


def test_a_valkey_that_outlived_its_parent_is_stopped_before_the_next(private_valkey: Private) -> None:
    server = private_valkey()
    old = psutil.Process(server.pid)
    Valkey(server.server.folder, port=free_port(), password="other").prepare()
    assert not alive(old)


def test_a_stranger_with_the_old_process_id_is_left_alone(tmp_path: Path) -> None:
    pidfile = tmp_path / "server.pid"
    pidfile.write_text(f"{os.getpid()}\n")
    assert not stop_leftover(pidfile, program="postgres", mentions=tmp_path, stop_signal=signal.SIGKILL)
    assert not pidfile.exists()


async def test_valkey_asks_for_its_password(valkey_url: str) -> None:
    host = valkey_url.rpartition("@")[2]
    async with Redis.from_url(f"redis://{host}") as client:
        with pytest.raises(AuthenticationError, match="authenticated"):
            await client.ping()


async def test_a_killed_valkey_loses_nothing_that_it_answered(private_valkey: Private) -> None:
    server = private_valkey()
    async with Redis.from_url(server.url) as client:
        for number in range(200):
            await client.xadd("readings:hall", {"m": str(number)})
    server.kill()
    server.start()
    async with Redis.from_url(server.url) as client:
        assert await client.xlen("readings:hall") == 200


def test_valkeys_configuration_is_its_owners_alone(private_valkey: Private) -> None:
    server = private_valkey()
    assert stat.S_IMODE((server.server.folder / "valkey.conf").stat().st_mode) == 0o600


async def test_a_frozen_server_is_not_ready_and_a_thawed_one_is(private_valkey: Private) -> None:
    server = private_valkey()
    server.freeze()
    with pytest.raises(Unavailable):
        await server.server.probe()
    server.thaw()
    await server.server.probe()


async def test_databases_are_copied_from_a_prepared_one(request: pytest.FixtureRequest) -> None:
    databases = request.getfixturevalue("databases")
    prepared = databases.create()
    connection = await asyncpg.connect(prepared)
    await connection.execute("create table ready as select 1 as one")
    await connection.close()
    copy = databases.create(template=prepared)
    connection = await asyncpg.connect(copy)
    assert await connection.fetchval("select one from ready") == 1
    await connection.close()
    databases.drop(copy)
    databases.drop(prepared)

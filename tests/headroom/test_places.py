"""One Headroom for a data folder and a port; secrets that only their owner reads."""

import os
import socket
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from domain.errors import AlreadyRunning, BadSettings, HeadroomError
from headroom.lock import data_folder_lock
from headroom.ports import free_port, refuse_busy_port
from headroom.secrets import Secrets


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_a_second_start_on_the_same_folder_names_the_first(tmp_path: Path) -> None:
    with (
        data_folder_lock(tmp_path),
        pytest.raises(AlreadyRunning, match=f"data folder {tmp_path} is in use by Headroom pid {os.getpid()}"),
        data_folder_lock(tmp_path),
    ):
        pytest.fail("both have it")


def test_a_folder_is_free_again_when_its_owner_was_killed(tmp_path: Path) -> None:
    script = (
        "import os, pathlib, sys\nfrom headroom.lock import data_folder_lock\n"
        "with data_folder_lock(pathlib.Path(sys.argv[1])): os.kill(os.getpid(), 9)"
    )
    killed = subprocess.run([sys.executable, "-c", script, str(tmp_path)], check=False)
    assert killed.returncode == -9
    with data_folder_lock(tmp_path):
        assert (tmp_path / "headroom.lock").read_text() == f"{os.getpid()}\n"


def test_a_child_process_does_not_keep_the_folder(tmp_path: Path) -> None:
    with data_folder_lock(tmp_path):
        child = subprocess.Popen(["sleep", "60"])
    try:
        with data_folder_lock(tmp_path):
            pass
    finally:
        child.kill()
        child.wait()


def test_the_data_folder_is_closed_to_others(tmp_path: Path) -> None:
    with data_folder_lock(tmp_path / "deep" / "data"):
        assert not mode(tmp_path / "deep" / "data") & 0o066


def test_a_data_folder_that_is_a_file_is_a_bad_setting(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("x")
    with pytest.raises(BadSettings, match="HEADROOM_DATA"), data_folder_lock(tmp_path / "data"):
        pytest.fail("a file is no folder")


def test_a_busy_port_is_named_with_what_to_do() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        with pytest.raises(AlreadyRunning, match=f"port {port} is in use; set HEADROOM_PORT"):
            refuse_busy_port("127.0.0.1", port)


@pytest.mark.parametrize("host", ["127.0.0.1", "0.0.0.0", "::1"])  # noqa: S104 - people do serve on every address
def test_a_free_port_passes(host: str) -> None:
    refuse_busy_port(host, free_port())


def test_an_address_that_is_not_this_machines_is_named() -> None:
    with pytest.raises(AlreadyRunning, match=r"cannot be used on 203\.0\.113\.1"):
        refuse_busy_port("203.0.113.1", free_port())


def test_secrets_are_made_once_and_only_their_owner_may_read_them(tmp_path: Path) -> None:
    first = Secrets.of(tmp_path)
    assert mode(tmp_path / "secrets.json") == 0o600
    assert Secrets.of(tmp_path) == first
    assert first.admin_email == "admin@headroom.local"
    assert len(first.jwt_secret.get_secret_value()) >= 32


def test_two_installations_share_no_secret(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    a, b = Secrets.of(tmp_path / "a"), Secrets.of(tmp_path / "b")
    for name in ("jwt_secret", "database_password", "redis_password", "admin_password"):
        assert getattr(a, name) != getattr(b, name)


def test_secrets_do_not_show_themselves(tmp_path: Path) -> None:
    secrets = Secrets.of(tmp_path)
    assert secrets.admin_password.get_secret_value() not in repr(secrets) + str(secrets)


def test_a_file_that_others_could_read_is_closed(tmp_path: Path) -> None:
    Secrets.of(tmp_path)
    (tmp_path / "secrets.json").chmod(0o644)
    Secrets.of(tmp_path)
    assert mode(tmp_path / "secrets.json") == 0o600


def test_damaged_secrets_are_not_replaced(tmp_path: Path) -> None:
    (tmp_path / "secrets.json").write_text('{"jwt_secret": "hunter2"')
    with pytest.raises(HeadroomError, match=r"secrets\.json is damaged") as refused:
        Secrets.of(tmp_path)
    assert "hunter2" not in str(refused.value)
    assert "hunter2" in (tmp_path / "secrets.json").read_text()

"""As whom PostgreSQL runs: it refuses to be root, and Headroom often is (in a container, on a bare server)."""

import os
import pwd
import shutil
import stat
import subprocess
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from domain.errors import HeadroomError


@dataclass(frozen=True)
class Account:
    """Who a server runs as.

    Attributes:
        uid: the user to become; ``None`` stays the same.
        gid: the group to become; given with ``uid``.
        prefix: a command in front of the server's own, which hides that we are root.
        owner: the uid that the server's files must belong to, as seen from here.
    """

    uid: int | None
    gid: int | None
    prefix: tuple[str, ...]
    owner: int


def account_for(paths: Iterable[Path]) -> Account:
    """An account that is not root and may reach ``paths``: a program, and a folder that will be given to the account.

    An ordinary user stays what they are. Root becomes ``nobody`` where every folder above ``paths`` lets strangers
    through, and otherwise a root that sees itself as ``nobody`` (a user namespace). No folder's permission is changed:
    it is not ours to open ``/root`` to everyone.

    Raises:
        HeadroomError: root, folders closed to others, and user namespaces not allowed here.
    """
    if os.geteuid() != 0:
        return Account(None, None, (), os.geteuid())
    nobody = _nobody()
    paths = tuple(paths)
    closed = next((folder for path in paths for folder in path.parents if not _open_to_others(folder)), None)
    if nobody is not None and closed is None:
        return Account(nobody.pw_uid, nobody.pw_gid, (), nobody.pw_uid)
    prefix = _namespace_prefix(nobody)
    if prefix is not None:
        return Account(None, None, prefix, 0)
    why = f"others may not enter {closed}" if closed else "there is no user 'nobody'"
    raise HeadroomError(
        f"PostgreSQL does not run as root, and it cannot become another user: {why}, and user namespaces are not "
        "allowed here. Start Headroom as an ordinary user, move the checkout and HEADROOM_DATA to a folder that "
        "everyone may enter, or give HEADROOM_DATABASE_URL"
    )


def _nobody() -> pwd.struct_passwd | None:
    try:
        return pwd.getpwnam("nobody")
    except KeyError:
        return None


def _open_to_others(folder: Path) -> bool:
    return bool(folder.stat().st_mode & stat.S_IXOTH)


def _namespace_prefix(nobody: pwd.struct_passwd | None) -> tuple[str, ...] | None:
    """``unshare`` with its arguments, if it is installed and works here (Linux; a container may forbid it)."""
    unshare = shutil.which("unshare")
    if unshare is None:
        return None
    # PostgreSQL looks its own user up by number, so the number must have a name.
    uid, gid = (nobody.pw_uid, nobody.pw_gid) if nobody else (65534, 65534)
    prefix = (unshare, "--user", f"--map-user={uid}", f"--map-group={gid}", "--")
    tried = subprocess.run((*prefix, "true"), capture_output=True, check=False, timeout=10)  # noqa: S603 - fixed words
    return prefix if tried.returncode == 0 else None


def give(folder: Path, account: Account) -> None:
    """Make ``folder`` and all in it belong to the account, where it does not yet; only root ever needs to."""
    if os.geteuid() != 0 or folder.stat().st_uid == account.owner:
        return
    group = account.gid if account.gid is not None else 0
    for where, folders, files in os.walk(folder):
        for name in (*folders, *files):
            os.chown(Path(where, name), account.owner, group, follow_symlinks=False)
    os.chown(folder, account.owner, group)

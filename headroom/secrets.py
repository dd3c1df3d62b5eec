"""What this installation alone knows: made once, kept in the data folder, readable by its owner only."""

import os
import secrets as random
from pathlib import Path
from typing import Final, Self

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError, field_serializer

from domain.errors import HeadroomError

_FILE: Final = "secrets.json"
_LETTERS: Final = "abcdefghjkmnpqrstuvwxyz23456789"  # nothing that is read as something else: l 1 i, o 0
_GROUPS: Final = 4
_GROUP_LETTERS: Final = 5  # 31 letters, 20 places: 99 bits


def _token() -> SecretStr:
    return SecretStr(random.token_urlsafe(32))


def _readable_password() -> SecretStr:
    groups = ("".join(random.choice(_LETTERS) for _ in range(_GROUP_LETTERS)) for _ in range(_GROUPS))
    return SecretStr("-".join(groups))


class Secrets(BaseModel):
    """The secrets of one data folder. They show as ``**********`` in any repr or log."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    jwt_secret: SecretStr = Field(default_factory=_token)
    """What the local issuer signs access tokens with."""
    database_password: SecretStr = Field(default_factory=_token)
    redis_password: SecretStr = Field(default_factory=_token)
    admin_email: str = "admin@headroom.local"
    admin_password: SecretStr = Field(default_factory=_readable_password)
    """The first admin's, as printed at the start; a later change of password does not change it here."""

    @field_serializer("jwt_secret", "database_password", "redis_password", "admin_password")
    def _in_plain(self, secret: SecretStr) -> str:
        return secret.get_secret_value()

    @classmethod
    def of(cls, data: Path) -> Self:
        """The secrets of a data folder; made on the first call.

        Raises:
            HeadroomError: the file is there but cannot be understood: making new ones would lock everyone out.
        """
        path = data / _FILE
        if path.exists():
            path.chmod(0o600)
            try:
                return cls.model_validate_json(path.read_bytes())
            except ValidationError:
                raise HeadroomError(
                    f"{path} is damaged; restore it, or move the whole data folder away to begin anew"
                ) from None
        made = cls()
        made._write(path)
        return made

    def _write(self, path: Path) -> None:
        unfinished = path.with_suffix(".unfinished")
        unfinished.unlink(missing_ok=True)
        with os.fdopen(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(self.model_dump_json(indent=2) + "\n")
        unfinished.replace(path)

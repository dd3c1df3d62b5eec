"""Everything the environment may say, read once at the start, in one place.

A key that begins with ``HEADROOM_`` and is not listed here is refused: a misspelt setting must not be silently ignored.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError, field_validator

from domain.errors import BadSettings

PREFIX = "HEADROOM_"


class Settings(BaseModel):
    """Headroom's settings. Secrets show as ``**********`` in any repr, log or dump.

    Attributes:
        assets: a local folder of assets (weights, footage), asked before any other source.
        data: where this machine's data lives: embedded servers, secrets, logs, fetched assets.
        host: the address the page is served on.
        port: the port the page is served on.
        database_url: Postgres; absent: the embedded one.
        redis_url: Redis or Valkey; absent: the embedded one.
        jwt_secret: HS256 secret that access tokens are signed with (Supabase's legacy secret); absent in embedded
            mode: a local one is made and kept in the data folder.
        jwks_url: where the signing keys of access tokens are published (Supabase Auth).
        jwt_audience: the audience access tokens must name.
        supabase_url: a Supabase project, which then signs people in; absent: the local issuer does.
        supabase_key: that project's publishable (anon) key.
        retention_days: how many days of readings and crossings are kept.
        metrics_token: bearer token with which Prometheus may read ``/metrics``.
        mlflow_url: an MLflow server that keeps runs and models of training; absent: a file and a folder in the data
            folder do.
        log_level: least severe level that is logged.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", validate_default=True, hide_input_in_errors=True)

    assets: Path | None = None
    data: Path = Path(".headroom")
    host: str = "127.0.0.1"
    port: int = Field(default=8800, ge=1, le=65535)
    database_url: SecretStr | None = None
    redis_url: SecretStr | None = None
    jwt_secret: SecretStr | None = None
    jwks_url: str | None = None
    jwt_audience: str = "authenticated"
    supabase_url: str | None = None
    supabase_key: SecretStr | None = None
    retention_days: int = Field(default=30, ge=1)
    metrics_token: SecretStr | None = None
    mlflow_url: SecretStr | None = None
    log_level: Literal["debug", "info", "warning", "error"] = "info"

    @field_validator("assets")
    @classmethod
    def _assets_exist(cls, folder: Path | None) -> Path | None:
        if folder is not None and not folder.is_dir():
            raise ValueError("is not a folder")
        return folder.resolve() if folder else None

    @field_validator("data")
    @classmethod
    def _absolute_data(cls, folder: Path) -> Path:
        return folder.resolve()

    @field_validator("jwt_secret")
    @classmethod
    def _long_enough(cls, secret: SecretStr | None) -> SecretStr | None:
        if secret is not None and len(secret.get_secret_value()) < 32:
            raise ValueError("must have at least 32 characters (RFC 7518, 3.2)")
        return secret

    @field_validator("mlflow_url")
    @classmethod
    def _over_http(cls, url: SecretStr | None) -> SecretStr | None:
        if url is not None and not url.get_secret_value().startswith(("http://", "https://")):
            raise ValueError("must be the address of an MLflow server: http://… or https://…")
        return url

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> "Settings":
        """Read the ``HEADROOM_`` keys. An empty value means the setting is absent.

        Raises:
            BadSettings: an unknown key, or a value that cannot be right. The message names the key, and the value
                unless it is a secret.
        """
        given = {
            key.removeprefix(PREFIX).lower(): value
            for key, value in environment.items()
            if key.startswith(PREFIX) and value != ""
        }
        try:
            return cls.model_validate(given)
        except ValidationError as error:
            raise BadSettings("; ".join(_explain(item["loc"], item["msg"], given) for item in error.errors())) from None

    def environment(self) -> dict[str, str]:
        """The settings as environment variables, secrets included, for a child process."""
        values: dict[str, str] = {}
        for name in type(self).model_fields:
            value = getattr(self, name)
            if value is not None:
                plain = value.get_secret_value() if isinstance(value, SecretStr) else str(value)
                values[PREFIX + name.upper()] = plain
        return values


_SECRETS = frozenset({"database_url", "redis_url", "jwt_secret", "supabase_key", "metrics_token", "mlflow_url"})


def _explain(where: tuple[int | str, ...], message: str, given: Mapping[str, str]) -> str:
    name = str(where[0]) if where else ""
    key = PREFIX + name.upper()
    if name not in Settings.model_fields:
        known = ", ".join(PREFIX + field.upper() for field in Settings.model_fields)
        return f"{key} is not a setting; the settings are {known}"
    shown = "its value" if name in _SECRETS else repr(given.get(name))
    return f"{key}: {shown} cannot be used: {message.removeprefix('Value error, ')}"

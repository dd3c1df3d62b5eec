"""The OpenAPI document with the live messages in it, from which the dashboard's types are made.

python -m api.openapi > openapi.json
"""

import json
import secrets
import sys
from typing import Any, Final

from pydantic import SecretStr
from pydantic.json_schema import models_json_schema

from api.app import create_app
from domain.alerts import Alert
from domain.live import LiveSnapshot, LiveUpdate
from domain.messages import CameraHealth, LineCrossing, ZoneReading
from domain.settings import Settings

_LIVE: Final = (LiveSnapshot, LiveUpdate, ZoneReading, CameraHealth, LineCrossing, Alert)


def openapi_document() -> dict[str, Any]:
    """The document. Nothing is connected to make it."""
    settings = Settings(
        database_url=SecretStr("postgresql://localhost/headroom"),
        redis_url=SecretStr("redis://localhost"),
        jwt_secret=SecretStr(secrets.token_hex()),
    )
    document = create_app(settings).openapi()
    _, live = models_json_schema(
        [(message, "serialization") for message in _LIVE], ref_template="#/components/schemas/{model}"
    )
    schemas = document["components"]["schemas"]
    for name, schema in live["$defs"].items():
        if schemas.setdefault(name, schema) != schema:
            raise ValueError(f"two schemas share the name {name}")
    return document


if __name__ == "__main__":
    json.dump(openapi_document(), sys.stdout, indent=2)
    sys.stdout.write("\n")

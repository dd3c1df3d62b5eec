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
from domain.floor import Occupancy, Positions
from domain.live import LiveSnapshot, LiveUpdate
from domain.messages import CameraHealth, LineCrossing, ZoneReading
from domain.settings import Settings

_LIVE: Final = (LiveSnapshot, LiveUpdate, ZoneReading, CameraHealth, LineCrossing, Alert, Occupancy, Positions)


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
        if _said_plainly(schemas.setdefault(name, schema)) != _said_plainly(schema):
            raise ValueError(f"two schemas share the name {name}")
    return document


def _said_plainly(schema: Any) -> Any:  # noqa: ANN401 - JSON
    """Without the defaults of null, which FastAPI leaves out of the schemas of its answers and pydantic does not."""
    if isinstance(schema, dict):
        return {key: _said_plainly(value) for key, value in schema.items() if (key, value) != ("default", None)}
    return [_said_plainly(value) for value in schema] if isinstance(schema, list) else schema


if __name__ == "__main__":
    json.dump(openapi_document(), sys.stdout, indent=2)
    sys.stdout.write("\n")

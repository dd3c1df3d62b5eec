import json
import subprocess
import sys
from typing import Any

import pytest


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    made = subprocess.run([sys.executable, "-m", "api.openapi"], capture_output=True, check=True, timeout=60)
    loaded: dict[str, Any] = json.loads(made.stdout)
    return loaded


def test_the_live_messages_are_in_the_document(document: dict[str, Any]) -> None:
    schemas = document["components"]["schemas"]
    assert schemas["LiveUpdate"]["properties"]["readings"]["items"] == {"$ref": "#/components/schemas/ZoneReading"}
    assert set(schemas["ZoneReading"]["required"]) == set(schemas["ZoneReading"]["properties"])
    assert schemas["State"]["enum"] == ["ok", "stale", "blind", "uncalibrated"]


def test_every_reference_leads_somewhere(document: dict[str, Any]) -> None:
    text = json.dumps(document)
    names = {part.split('"')[0] for part in text.split("#/components/schemas/")[1:]}
    assert names <= set(document["components"]["schemas"])


def test_everything_but_health_and_signing_in_needs_a_token(document: dict[str, Any]) -> None:
    free = {path for path, methods in document["paths"].items() for one in methods.values() if "security" not in one}
    assert free == {"/healthz", "/readyz", "/auth/v1/token"}

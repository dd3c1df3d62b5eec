# ruff: noqa: INP001 - a script of the image, not a package
"""Make a database ready for a venue: migrations, the venue of a file, its first admin. Safe to run at every start.

python docker/prepare.py VENUE.yaml, with HEADROOM_DATABASE_URL, ADMIN_EMAIL and ADMIN_PASSWORD in the environment.
"""

import asyncio
import os
import sys
from pathlib import Path

from pydantic import SecretStr

from api.setup import FirstAdmin, prepare
from domain.errors import BadInput, HeadroomError
from domain.settings import Settings
from headroom.logs import configure_logging
from headroom.venue_file import load_venue


def main(venue_file: Path) -> None:
    """Prepare the database.

    Raises:
        HeadroomError: a setting or the venue file is wrong, or the database does not answer.
    """
    settings = Settings.from_environment(os.environ)
    configure_logging(settings.log_level)
    admin = _first_admin(hosted=settings.supabase_url is not None)
    asyncio.run(prepare(settings, venue=load_venue(venue_file), admin=admin))


def _first_admin(*, hosted: bool) -> FirstAdmin:
    email, password = os.environ.get("ADMIN_EMAIL", ""), os.environ.get("ADMIN_PASSWORD", "")
    if not email:
        raise BadInput("ADMIN_EMAIL is not set")
    if not hosted and len(password) < 12:
        raise BadInput("ADMIN_PASSWORD must have at least 12 characters")
    return FirstAdmin(email, SecretStr(password))


if __name__ == "__main__":
    try:
        main(Path(sys.argv[1]))
    except HeadroomError as error:
        sys.exit(f"error: {error}")

"""``headroom demo`` and ``headroom up``: everything, for one venue."""

import asyncio
from pathlib import Path

from domain.settings import Settings
from headroom.console import Console
from headroom.demo import DEMO_VENUE, own_source, own_venue
from headroom.house import House, claimed
from headroom.logs import configure_logging, for_people
from headroom.service import known_cause
from headroom.venue_file import load_venue, with_sources_resolved
from inference.assets import resolve
from inference.models import ModelTable, choose


def run_demo(settings: Settings, source: str | None) -> None:
    """Run the demo venue, or a venue made for one camera, until there is a request to stop. Blocks.

    Raises:
        HeadroomError: it cannot run; the message says why.
    """
    console = _begin(settings)
    own = None if source is None else own_source(source)
    with claimed(settings):
        path = DEMO_VENUE
        if own is not None:
            path = settings.data / "run" / "venue.yaml"
            console.wait_for("asking the camera for a picture")
            with console.downloads() as progress:
                own_venue(own, settings, path, progress)
            console.wait_for("")
        _run(settings, path, console)


def run_venue(settings: Settings, path: Path) -> None:
    """Run the venue of a file, until there is a request to stop. Blocks.

    Raises:
        HeadroomError: it cannot run; the message says why.
    """
    console = _begin(settings)
    load_venue(path)  # a mistake in the file is told before anything else is looked at
    with claimed(settings):
        _run(settings, path, console)


def _begin(settings: Settings) -> Console:
    # The console is for people; what the supervisor's own libraries log is seldom for them.
    configure_logging(for_people(settings.log_level))
    return Console()


def _have_weights(settings: Settings, console: Console) -> None:
    """The weights on this machine, fetched here, where a person sees a bar.

    They come before footage: there are fewer places to have them from, and a machine that cannot have them should
    say so before it fetches 95 MB.
    """
    _, model = choose(None, ModelTable.load())
    if not Path(model.asset).is_absolute():
        with console.downloads() as progress:
            resolve(model.asset, settings, progress)


def _run(settings: Settings, path: Path, console: Console) -> None:
    _have_weights(settings, console)
    with console.downloads() as progress:
        venue = with_sources_resolved(load_venue(path), settings, beside=path.resolve().parent, progress=progress)
    try:
        asyncio.run(House.plan(settings, venue, path).run(console))
    except BaseExceptionGroup as group:
        raise known_cause(group) from group

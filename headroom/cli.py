"""The ``headroom`` command."""

import os
import sys
import traceback
from pathlib import Path
from typing import Annotated, Final, NoReturn

import typer
from typer.exceptions import TyperException

from domain.errors import BadInput, BadSettings, HeadroomError
from domain.settings import Settings
from headroom.dataset import dataset_app
from headroom.jobs.commands import app as jobs_app
from headroom.labels.commands import app as labels_app
from headroom.logs import censored
from headroom.models.commands import app as models_app
from headroom.service import known_cause

app = typer.Typer(
    name="headroom",
    help="Counts people on a venue's cameras, live.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
assets_app = typer.Typer(help="The files that Headroom fetches: weights and sample footage.", no_args_is_help=True)
app.add_typer(assets_app, name="assets")
app.add_typer(jobs_app, name="jobs")
app.add_typer(models_app, name="model")
app.add_typer(labels_app, name="labels")
app.add_typer(dataset_app, name="dataset")

VenueFile = Annotated[Path, typer.Option("--venue", help="The venue file.", metavar="FILE", show_default=False)]
Leash = Annotated[Path | None, typer.Option(hidden=True, help="Data folder of the supervisor that this ends with.")]
_INTERRUPTED: Final = 130


def _settings() -> Settings:
    return Settings.from_environment(os.environ)


@app.command()
def demo(
    source: Annotated[
        str | None,
        typer.Option(help="A camera of your own: rtsp://…, http://…, usb:0, a video, a folder of pictures."),
    ] = None,
) -> None:
    """Run everything on the demo venue: servers, API, page, and a town square (or your own camera)."""
    from headroom.up import run_demo  # noqa: PLC0415 - a command imports what it needs, so that others start fast

    run_demo(_settings(), source)


@app.command()
def up(venue: VenueFile) -> None:
    """Run everything for a venue, until Ctrl-C."""
    from headroom.up import run_venue  # noqa: PLC0415

    run_venue(_settings(), venue)


@app.command()
def api(leash: Leash = None) -> None:
    """Run the API and the page alone; needs HEADROOM_DATABASE_URL and HEADROOM_REDIS_URL."""
    from api.server import run  # noqa: PLC0415
    from headroom.service import begin  # noqa: PLC0415

    settings = _settings()
    begin(settings, leashed=leash is not None)
    run(settings)


@app.command()
def recorder(leash: Leash = None) -> None:
    """Store what workers publish; needs HEADROOM_DATABASE_URL and HEADROOM_REDIS_URL."""
    from api.recorder import run  # noqa: PLC0415
    from headroom.service import begin, run_until_stopped  # noqa: PLC0415

    settings = _settings()
    begin(settings, leashed=leash is not None)
    run_until_stopped(run(settings))


@app.command()
def alerts(venue: VenueFile, leash: Leash = None) -> None:
    """Warn of danger by what workers publish; needs HEADROOM_DATABASE_URL and HEADROOM_REDIS_URL."""
    from api.alerts.runner import run  # noqa: PLC0415
    from headroom.service import begin, run_until_stopped  # noqa: PLC0415
    from headroom.venue_file import load_venue  # noqa: PLC0415

    settings = _settings()
    begin(settings, leashed=leash is not None)
    run_until_stopped(run(settings, load_venue(venue)))


@app.command()
def worker(venue: VenueFile, leash: Leash = None) -> None:
    """Watch a venue's cameras and publish readings; needs HEADROOM_REDIS_URL."""
    from headroom.service import begin, run_until_stopped  # noqa: PLC0415
    from headroom.venue_file import load_venue, with_sources_resolved  # noqa: PLC0415
    from inference.worker import run  # noqa: PLC0415

    settings = _settings()
    begin(settings, leashed=leash is not None)
    config = with_sources_resolved(load_venue(venue), settings, beside=venue.resolve().parent)
    run_until_stopped(run(settings, config))


@app.command()
def floor(venue: VenueFile, leash: Leash = None) -> None:
    """Merge what a venue's cameras see on its floor plan, and estimate who is inside; needs HEADROOM_REDIS_URL."""
    from headroom.service import begin, run_until_stopped  # noqa: PLC0415
    from headroom.venue_file import load_venue  # noqa: PLC0415
    from inference.floor.service import run  # noqa: PLC0415

    settings = _settings()
    begin(settings, leashed=leash is not None)
    run_until_stopped(run(settings, load_venue(venue)))


@app.command()
def count(
    source: Annotated[str, typer.Argument(help="A video, a folder of pictures, asset:NAME, or a camera's URL.")],
    model: Annotated[str | None, typer.Option(help="A model's name or file; default: the table's.")] = None,
    zones: Annotated[Path | None, typer.Option(help="A file of zones, such as a venue file.", metavar="FILE")] = None,
    *,
    every_frame: Annotated[bool, typer.Option("--every-frame", help="One line a frame, in order.")] = False,
    budgeted: Annotated[
        bool, typer.Option("--budgeted", help="Look only at frames that need it: faster, somewhat less exact.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Nothing but JSON lines: no progress bar.")] = False,
    correction: Annotated[
        Path | None, typer.Option(help="What is known of the camera's errors (training.fit_camera).", metavar="FILE")
    ] = None,
    density: Annotated[str | None, typer.Option(help="A live density model of configs/crowd.yaml, or none.")] = None,
) -> None:
    """Count the people in footage, as JSON lines."""
    from headroom.count import run  # noqa: PLC0415
    from headroom.logs import configure_logging, for_people  # noqa: PLC0415
    from headroom.service import run_until_stopped  # noqa: PLC0415

    settings = _settings()
    configure_logging(for_people(settings.log_level))
    counting = run(
        source=source,
        settings=settings,
        model=model,
        zones=zones,
        every_frame=every_frame,
        budgeted=budgeted,
        as_json=as_json,
        correction=correction,
        density=density,
    )
    run_until_stopped(counting)


@app.command()
def evaluate(
    source: Annotated[str, typer.Argument(help="A video, a folder of pictures, or asset:NAME.")],
    truth: Annotated[
        Path, typer.Option(help="gt.txt (MOTChallenge), counts.json, or ShanghaiTech's .mat files.", show_default=False)
    ],
    model: Annotated[str | None, typer.Option(help="A model's name or file; default: the table's.")] = None,
    density: Annotated[str | None, typer.Option(help="Stills: a density model of configs/crowd.yaml, or none.")] = None,
    region: Annotated[
        str | None, typer.Option(help="Judge only inside this polygon, in pixels.", metavar="X1,Y1,X2,Y2,…")
    ] = None,
    correction: Annotated[
        Path | None, typer.Option(help="Videos: what is known of the camera's errors.", metavar="FILE")
    ] = None,
    report: Annotated[Path | None, typer.Option(help="Where the page of plots goes.", metavar="FILE.html")] = None,
    *,
    as_json: Annotated[bool, typer.Option("--json", help="One line of JSON in place of the table.")] = False,
) -> None:
    """Measure how right the counts are, on footage whose truth is known."""
    from headroom.evaluate import Question, run  # noqa: PLC0415
    from headroom.logs import configure_logging  # noqa: PLC0415
    from headroom.service import run_until_stopped  # noqa: PLC0415

    settings = _settings()
    configure_logging("warning" if settings.log_level == "info" else settings.log_level)
    question = Question(source, truth, model, density, region, correction)
    run_until_stopped(run(question, settings=settings, report=report, as_json=as_json))


@app.command()
def calibrate(  # noqa: PLR0913 - each is an option of the command
    *,
    camera: Annotated[str, typer.Option(help="The camera's id in the venue file.", show_default=False)],
    points: Annotated[Path | None, typer.Option(help="Marks seen and measured.", metavar="FILE.yaml")] = None,
    tsai: Annotated[Path | None, typer.Option(help="Tsai parameters, as of PETS.", metavar="FILE.xml")] = None,
    opencv: Annotated[Path | None, typer.Option(help="OpenCV parameters: K, dist, R, t.", metavar="FILE.json")] = None,
    heights: Annotated[str | None, typer.Option(help="Footage of people; rough.", metavar="FOOTAGE")] = None,
    view: Annotated[str | None, typer.Option(help="Which view of a file that holds several.")] = None,
    frame_size: Annotated[str | None, typer.Option(help="With --opencv.", metavar="WIDTHxHEIGHT")] = None,
    metres_per_unit: Annotated[float, typer.Option(help="With --opencv: of t; 0.001 for millimetres.", min=1e-6)] = 1.0,
    person_height: Annotated[float, typer.Option(help="With --heights: metres.", min=0.6, max=2.4)] = 1.7,
    on: Annotated[str | None, typer.Option(help="Footage to draw the preview on.", metavar="FOOTAGE")] = None,
    preview: Annotated[Path | None, typer.Option(help="Where a picture with a metre grid goes.", metavar="PNG")] = None,
    write: Annotated[Path | None, typer.Option(help="Put it into this venue file.", metavar="VENUE.yaml")] = None,
) -> None:
    """Find where a camera looks, in metres: from marks, its parameters, or people's heights."""
    from headroom.calibrate import Question, run, size_of  # noqa: PLC0415
    from headroom.logs import configure_logging, for_people  # noqa: PLC0415
    from headroom.service import run_until_stopped  # noqa: PLC0415

    settings = _settings()
    configure_logging(for_people(settings.log_level))
    size = None if frame_size is None else size_of(frame_size)
    question = Question(
        camera, points, tsai, opencv, heights, view, size, metres_per_unit, person_height, on, preview, write
    )
    run_until_stopped(run(question, settings))


@app.command()
def bench(
    clip: Annotated[str, typer.Argument(help="A video, or asset:NAME.")] = "asset:vtest.avi",
    rounds: Annotated[int, typer.Option(help="Turns of each contender.", min=0)] = 3,
    cameras: Annotated[
        str | None, typer.Option(help="Try live cameras: at most N, or as many as there may be.", metavar="N|auto")
    ] = None,
    *,
    as_json: Annotated[bool, typer.Option("--json", help="One line of JSON in place of the table.")] = False,
) -> None:
    """Measure speed, memory and error beside what people use otherwise; and how many live cameras fit."""
    from headroom.bench.run import Question, run  # noqa: PLC0415
    from headroom.logs import configure_logging, for_people  # noqa: PLC0415
    from headroom.service import run_until_stopped  # noqa: PLC0415

    settings = _settings()
    configure_logging(for_people(settings.log_level))
    run_until_stopped(run(Question(clip, rounds, cameras), settings=settings, as_json=as_json))


@app.command()
def simulate(  # noqa: PLR0913, PLR0917 - each argument is an option of the command
    scenario: Annotated[str, typer.Argument(help="concert, normal, surge, blind, or a YAML file.")] = "concert",
    people: Annotated[int | None, typer.Option(help="Inside when it is fullest.")] = None,
    cameras: Annotated[int | None, typer.Option(help="Over the floor.")] = None,
    hours: Annotated[float | None, typer.Option(help="Simulated.")] = None,
    seed: Annotated[int | None, typer.Option(help="Same seed, same run.")] = None,
    speed: Annotated[float, typer.Option(help="Simulated seconds a second; 0: as fast as can be.")] = 0.0,
    publish: Annotated[
        str | None, typer.Option(help="Send it through Redis as this venue's cameras and gates.", metavar="VENUE")
    ] = None,
    record: Annotated[Path | None, typer.Option(help="Write the messages as JSON lines.", metavar="FILE")] = None,
    every: Annotated[int, typer.Option(help="Minutes between rows of the table.")] = 10,
    *,
    scans: Annotated[bool | None, typer.Option("--scans/--no-scans", help="Tickets are scanned at the gates.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="JSON lines: a row a minute, then a summary.")] = False,
) -> None:
    """Simulate a crowd whose truth is known, and see how right the counts are; or feed the whole system with it."""
    from headroom.logs import configure_logging, for_people  # noqa: PLC0415
    from headroom.service import run_until_stopped  # noqa: PLC0415
    from headroom.simulate import Question, run  # noqa: PLC0415

    settings = _settings()
    configure_logging(for_people(settings.log_level))
    question = Question(scenario, people, cameras, hours, seed, scans, speed, publish, record, every)
    run_until_stopped(run(question, settings=settings, as_json=as_json))


@app.command()
def record(
    out: Annotated[Path, typer.Argument(help="The file; a name ending in .gz is packed.", metavar="FILE")],
    venue: VenueFile,
    seconds: Annotated[float | None, typer.Option(help="How long; default: until Ctrl-C.")] = None,
    *,
    past: Annotated[
        bool, typer.Option("--past", help="What the Streams hold of the last hours; no positions.")
    ] = False,
) -> None:
    """Record what a venue's parts tell each other, for headroom replay; needs HEADROOM_REDIS_URL."""
    from headroom.record import run  # noqa: PLC0415
    from headroom.service import run_until_stopped  # noqa: PLC0415

    run_until_stopped(run(out, venue, settings=_settings(), seconds=seconds, past=past))


@app.command()
def replay(
    run_file: Annotated[Path, typer.Argument(help="A recorded run.", metavar="FILE")],
    venue: Annotated[Path | None, typer.Option(help="In place of the file's own venue.", metavar="FILE")] = None,
    speed: Annotated[float, typer.Option(help="Seconds of the run a second; 0: as fast as can be.")] = 0.0,
    *,
    as_json: Annotated[bool, typer.Option("--json", help="Every reading and alert, a line each.")] = False,
) -> None:
    """Put a recorded run through the same code again: the same readings and alerts, at any speed."""
    from headroom.logs import configure_logging, for_people  # noqa: PLC0415
    from headroom.replay import run  # noqa: PLC0415
    from headroom.service import run_until_stopped  # noqa: PLC0415

    settings = _settings()
    configure_logging(for_people(settings.log_level))
    run_until_stopped(run(run_file, venue, speed=speed, as_json=as_json))


@app.command()
def doctor() -> None:
    """Look at this machine and say what works, what is missing, and what would be used."""
    from headroom.doctor import examine  # noqa: PLC0415

    if not examine(_settings()):
        raise typer.Exit(1)


@assets_app.command("list")
def list_assets() -> None:
    """Name every asset, its licence, and where it is now."""
    from headroom.asset_table import show  # noqa: PLC0415

    show(_settings())


@assets_app.command("fetch")
def fetch_assets(
    names: Annotated[list[str] | None, typer.Argument(help="Which; all of them if none is named.")] = None,
) -> None:
    """Fetch assets ahead of time, for a machine that will have no network."""
    from headroom.asset_table import fetch  # noqa: PLC0415

    fetch(_settings(), names or [])


def main() -> NoReturn:
    """Run the command. An error is one line on stderr; its status is 2 where a person can mend what they wrote."""
    try:
        status = app(standalone_mode=False)
    except (KeyboardInterrupt, typer.Abort):
        sys.exit(_INTERRUPTED)
    except TyperException as error:  # a command or an option that there is not
        if str(error):  # none: no command was named, and the help was shown
            _complain(f"{error}; see headroom --help")
        sys.exit(2)
    except Exception as error:  # noqa: BLE001 - the last place: whatever it is, a person is told in one line
        sys.exit(_explained(known_cause(error)))
    sys.exit(status if isinstance(status, int) else 0)


def _explained(error: BaseException) -> int:
    """Say what went wrong; returns the exit status."""
    if _debugging():
        sys.stderr.write(censored("".join(traceback.format_exception(error))))
    if isinstance(error, HeadroomError):
        _complain(str(error))
        return 2 if isinstance(error, BadInput) else 1
    more = "" if _debugging() else " (HEADROOM_LOG_LEVEL=debug shows where)"
    _complain(f"unexpected {type(error).__name__}: {error}{more}")
    return 1


def _debugging() -> bool:
    try:
        return _settings().log_level == "debug"
    except BadSettings:
        return False


def _complain(message: str) -> None:
    sys.stderr.write(f"headroom: {censored(message)}\n")

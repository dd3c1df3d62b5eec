"""What is simulated: a scenario by name, or a YAML file of one's own."""

import difflib
from pathlib import Path
from typing import Annotated, Final

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from domain.errors import BadInput

Share = Annotated[float, Field(ge=0, le=1)]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class Surge(_Part):
    """People pressing together in a zone.

    Attributes:
        at: when it begins, as a share of the time simulated.
        lasts_s: until people go their own ways again.
        people_per_m2: density that so many people are drawn for.
        zone_id: where.
    """

    at: Share
    lasts_s: float = Field(default=240.0, gt=0)
    people_per_m2: float = Field(default=5.5, gt=0, le=8)
    zone_id: str = "stage-front"


class Outage(_Part):
    """A camera, or the camera over a gate's line, that shows nothing for a while.

    Attributes:
        what: ``camera-1`` and so on, or a gate: ``west``, ``south``, ``crew``.
        at: when it begins, as a share of the time simulated.
        lasts_s: how long.
        scanners: the gate's scanners are dead too.
    """

    what: str
    at: Share
    lasts_s: float = Field(default=900.0, gt=0)
    scanners: bool = False


class Instruments(_Part):
    """How cameras, lines and scanners err.

    Attributes:
        camera_miss: share of the time that a camera does not find someone it looks at, hidden by nobody.
        miss_lasts_s: how long it goes on not finding them.
        false_share: boxes where nobody stands, as a share of all.
        occlusion: how fast people hide behind others, per person/m² and per metre away for each metre of height.
        noise_m: standard deviation of a position beside the camera.
        noise_per_m: what each metre away adds to it.
        calibration_m: standard deviation of what shifts all of a camera's positions.
        clock_skew_s: standard deviation of a camera's clock.
        line_miss: mean share of those who pass that a line does not count.
        line_miss_deviation: how far each line's own share lies from that.
        line_drift_per_h: how far it wanders in an hour.
        line_false: passages counted that were none, as a share.
        scan_miss: mean share of people let through unscanned.
    """

    camera_miss: Share = 0.1
    miss_lasts_s: float = Field(default=8.0, gt=0)
    false_share: float = Field(default=0.02, ge=0, lt=0.5)
    occlusion: float = Field(default=0.02, ge=0)
    noise_m: float = Field(default=0.08, ge=0)
    noise_per_m: float = Field(default=0.012, ge=0)
    calibration_m: float = Field(default=0.12, ge=0)
    clock_skew_s: float = Field(default=0.05, ge=0)
    line_miss: Share = 0.03
    line_miss_deviation: float = Field(default=0.015, ge=0)
    line_drift_per_h: float = Field(default=0.01, ge=0)
    line_false: Share = 0.003
    scan_miss: Share = 0.003


class Scenario(_Part):
    """A run.

    Attributes:
        people: how many are inside when it is fullest.
        hours: simulated time.
        cameras: how many look at the floor.
        seed: same seed, same run.
        step_s: of the walkers.
        look_every_s: a burst of looks by all cameras begins this often.
        looks: looks in a burst, one a step.
        inside: share of the time, share of the people: what organisers expect inside, joined by straight lines.
        turnover_per_h: share of those inside who leave and are replaced in an hour.
        scans: tickets are scanned at the public gates.
        danger_per_m2: density at which a surge is counted as dangerous. 4: above it a moving crowd can turn unstable
            (Still, *Introduction to Crowd Science*, 2014).
    """

    name: str = "own"
    people: int = Field(default=2000, ge=20, le=50_000)
    hours: float = Field(default=4.0, gt=0, le=48)
    cameras: int = Field(default=12, ge=1, le=400)
    seed: int = Field(default=1, ge=0)
    step_s: float = Field(default=0.5, gt=0, le=1)
    look_every_s: float = Field(default=60.0, gt=0)
    looks: int = Field(default=8, ge=1)
    inside: tuple[tuple[Share, Share], ...] = ((0.0, 0.0), (0.15, 1.0), (1.0, 1.0))
    turnover_per_h: float = Field(default=0.1, ge=0, le=4)
    scans: bool = True
    danger_per_m2: float = Field(default=4.0, gt=0)
    surges: tuple[Surge, ...] = ()
    outages: tuple[Outage, ...] = ()
    instruments: Instruments = Instruments()

    @field_validator("inside")
    @classmethod
    def _from_start_to_end(cls, value: tuple[tuple[float, float], ...]) -> tuple[tuple[float, float], ...]:
        times = [at for at, _ in value]
        if len(value) < 2 or times[0] != 0 or times[-1] != 1 or sorted(set(times)) != times:
            raise ValueError(f"must go from time 0 to time 1, each later than the one before, got times {times}")
        return value


BUILT_IN: Final = {
    "concert": Scenario(
        name="concert",
        inside=((0.0, 0.0), (0.1, 0.35), (0.3, 1.0), (0.93, 1.0), (1.0, 0.6)),
        turnover_per_h=0.1,
        surges=(Surge(at=0.5), Surge(at=0.7), Surge(at=0.85, lasts_s=180)),
    ),
    "normal": Scenario(name="normal", turnover_per_h=0.6),
    "surge": Scenario(
        name="surge",
        hours=1.0,
        inside=((0.0, 0.0), (0.3, 1.0), (1.0, 1.0)),
        surges=tuple(Surge(at=at, lasts_s=150) for at in (0.4, 0.55, 0.7, 0.85)),
    ),
    "blind": Scenario(
        name="blind",
        turnover_per_h=0.4,
        outages=(
            Outage(what="camera-3", at=0.3, lasts_s=3600),
            Outage(what="camera-8", at=0.45, lasts_s=1800),
            Outage(what="west", at=0.4, lasts_s=1200),
            Outage(what="south", at=0.6, lasts_s=1200, scanners=True),
        ),
    ),
}


def load(name: str, changes: dict[str, object]) -> Scenario:
    """A built-in scenario or a YAML file, with what the command line changes.

    Raises:
        BadInput: no such scenario, a file that cannot be read, a value that cannot be; one line.
    """
    if name in BUILT_IN:
        content: dict[str, object] = BUILT_IN[name].model_dump()
    elif Path(name).suffix in (".yaml", ".yml"):
        content = {"name": Path(name).stem, **_read(Path(name))}
    else:
        near = difflib.get_close_matches(name, BUILT_IN, n=1)
        hint = f"did you mean {near[0]!r}?" if near else f"expected {', '.join(BUILT_IN)} or a .yaml file"
        raise BadInput(f"there is no scenario {name!r}; {hint}")
    try:
        return Scenario.model_validate({**content, **changes})
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        place = ".".join(str(step) for step in first["loc"])
        reason = first["msg"].removeprefix("Value error, ")
        raise BadInput(f"scenario {name}: {place} = {first['input']!r}: {reason}") from None


def _read(path: Path) -> dict[str, object]:
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise BadInput(f"scenario {path}: cannot be read: {error}") from None
    except yaml.YAMLError as error:
        raise BadInput(f"scenario {path}: is not YAML: {' '.join(str(error).split())}") from None
    if not isinstance(content, dict):
        raise BadInput(f"scenario {path}: must be a mapping such as 'people: 500'")
    return content

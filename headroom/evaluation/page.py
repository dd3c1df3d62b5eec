"""The report: one HTML file that asks for nothing from elsewhere."""

import platform
from base64 import b64encode
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from html import escape
from importlib.metadata import version
from pathlib import Path
from string import Template

from headroom.evaluation import charts
from headroom.evaluation.result import FUSED, Evaluation, Scene
from headroom.evaluation.table import lean_of, measures, signed
from inference.evaluation.counting import NOMINAL_COVERAGE, Counts, by_band, score
from inference.evaluation.machine import machine

_HERE = Path(__file__).parent


def utc_now() -> datetime:
    """The present, UTC."""
    return datetime.now(UTC)


def render(found: Evaluation, *, command: str, clock: Callable[[], datetime] = utc_now) -> str:
    """The page.

    Args:
        found: what it shows.
        command: what a person types to have it again.
        clock: the present, UTC, for its date.
    """
    return Template((_HERE / "page.html").read_text(encoding="utf-8")).substitute(
        style=(_HERE / "page.css").read_text(encoding="utf-8"),
        script=(_HERE / "page.js").read_text(encoding="utf-8"),
        title=escape(f"{found.source} · how right is the count?"),
        headline=_headline(found),
        summary=_summary(found),
        tiles="".join(_tiles(found)),
        plots="".join(_plots(found)),
        bands=_bands(found),
        bands_kind="card span" if found.kind == "video" else "card",  # stills have one plot less to stand beside
        coverage=_coverage(found),
        key=_PICTURE_KEY[found.kind] if found.worst else "",
        worst=_worst(found),
        notes="".join(f"<li>{escape(note)}</li>" for note in _all_notes(found)),
        facts="".join(_facts(found, clock())),
        command=escape(command),
    )


def _headline(found: Evaluation) -> str:
    mae = found.score.mae
    return f"{mae:.2f}" if mae < 10 else f"{mae:.1f}"


def _summary(found: Evaluation) -> str:
    total = found.score
    lean = lean_of(total.bias) if signed(total.bias) == "0.00" else f"{abs(total.bias):.2f} {lean_of(total.bias)}"
    share = f" ({total.mae / total.truth_mean:.0%})" if total.truth_mean else ""
    return (
        f"people off in a {found.unit}, of {total.truth_mean:.1f} on average{share}; "
        f"over all {total.pictures:,} {found.unit}s it counts {lean}."
    )


def _tiles(found: Evaluation) -> Iterator[str]:
    for name, value, meaning in measures(found):
        yield f"<div><dt>{escape(name)}</dt><dd>{escape(value)}</dd><p>{escape(meaning)}</p></div>"


def _legend(found: Evaluation) -> str:
    keys = {"truth": "true", "told": "counted", "over": "too many", "under": "too few"}
    keys |= {} if found.score.coverage is None else {"interval": "90 % interval"}
    return '<p class="legend">' + "".join(f'<span class="key {kind}">{keys[kind]}</span>' for kind in keys) + "</p>"


def _plots(found: Evaluation) -> Iterator[str]:
    reader = '<output class="reader" hidden></output>'
    yield _figure("Count over time", charts.over_time(found), _legend(found) + reader, wide=True)
    yield _figure("Count by crowding", charts.by_crowding(found), _legend(found), wide=True)
    yield _figure("Count against truth", charts.against_truth(found), _scatter_legend(found))
    yield _figure("How often by how much", charts.of_errors(found), "")


def _figure(title: str, plot: str, legend: str, *, wide: bool = False) -> str:
    if not plot:
        return ""
    kind = "card span" if wide else "card"
    return f'<section class="{kind}"><h2>{escape(title)}</h2>{legend}{plot}</section>'


def _scatter_legend(found: Evaluation) -> str:
    if found.kind == "video":
        return (
            '<p class="legend"><span class="hint">The larger the dot, the more frames; right is on the line.</span></p>'
        )
    keys = [(FUSED, "told")] if not found.readings else [(name, _kind_of(name)) for name in found.readings]
    spans = "".join(f'<span class="key round {kind}">{escape(name)}</span>' for name, kind in keys if found.readings)
    return f'<p class="legend">{spans}<span class="hint">Right is on the line.</span></p>'


def _kind_of(reading: str) -> str:
    return "told" if reading == FUSED else f"alone-{reading}"


def _bands(found: Evaluation) -> str:
    """The error by density band, with a bar for each; bars of all readings have one scale."""
    readings = found.readings or {FUSED: found.counts}
    longest = max(score(part).mae for counts in readings.values() for _, part in by_band(counts)) or 1.0
    return "".join(
        "<tbody>"
        + "".join(_band_row(band.name, name if found.readings else "", part, longest) for band, part in by_band(counts))
        + _band_row("all", name if found.readings else "", counts, longest, kind="total")
        + "</tbody>"
        for name, counts in readings.items()
    )


def _band_row(band: str, reading: str, counts: Counts, longest: float, *, kind: str = "") -> str:
    total = score(counts)
    coverage = "-" if total.coverage is None else f"{total.coverage:.0%}"
    lean = "over" if total.bias > 0 else "under"
    share = min(total.mae / longest, 1.0)
    return (
        f'<tr class="{kind}"><th scope="row">{escape(band)}</th><td class="word">{escape(reading)}</td>'
        f"<td>{len(counts)}</td>"
        f'<td class="meter"><i class="{lean}" style="--share:{share:.3f}"></i><b>{total.mae:.2f}</b></td>'
        f"<td>{total.rmse:.2f}</td><td>{signed(total.bias)}</td><td>{coverage}</td></tr>"
    )


def _coverage(found: Evaluation) -> str:
    coverage = found.score.coverage
    if coverage is None:
        return "These counts come without an interval, so there is no coverage to measure."
    width = float((found.counts.high - found.counts.low)[found.counts.high >= found.counts.low].mean())
    return (
        f"{coverage:.0%} of the true counts lie in their interval, which claims {NOMINAL_COVERAGE:.0%}; "
        f"it is {width:.1f} people wide on average."
    )


_PICTURE_KEY = {
    "video": (
        '<span class="key box right">counted, and there</span>'
        '<span class="key box wrong">counted, nobody there</span>'
        '<span class="key box dashed missed">there, not counted</span>'
        '<span class="key box dashed ignored">not to be judged</span>'
    ),
    "stills": (
        '<span class="key box right">found as a box</span><span class="key round missed">a head, by the truth</span>'
    ),
}


def _worst(found: Evaluation) -> str:
    if not found.worst:
        return f'<p class="hint">No {found.unit} was off by half a person or more.</p>'
    return "".join(_scene(scene) for scene in found.worst)


def _scene(scene: Scene) -> str:
    error = scene.told - scene.truth
    kind = "over" if error > 0 else "under"
    data = b64encode(scene.jpeg).decode()
    title = escape(scene.title)
    return (
        f'<figure><img src="data:image/jpeg;base64,{data}" alt="{title}" loading="lazy"><figcaption>'
        f"<b>{title}</b><span>{scene.told:.0f} counted, {scene.truth:.0f} there</span>"
        f'<em class="{kind}">{error:+.0f}</em></figcaption></figure>'
    )


def _all_notes(found: Evaluation) -> Iterator[str]:
    yield from found.notes
    if found.plain_mae is not None:
        yield f"With the boxes not to be judged held against the count, its error would be {found.plain_mae:.3f}."
    if found.tracks is not None:
        yield (
            "HOTA, IDF1 and MOTA are by TrackEval, on every track that counts as a person, predicted boxes of people "
            "hidden for up to a second included; boxes are of one person from an overlap (IoU) of 0.5, HOTA averages "
            "over 0.05 to 0.95."
        )
    yield "Speed leaves out the first frames, during which the network is compiled for the pictures' size."
    yield "People can be recognised on this page: it shows labelled footage, and is meant to stay on this machine."


def _facts(found: Evaluation, now: datetime) -> Iterator[str]:
    facts = {
        "source": found.source,
        "truth": found.truth,
        "model": found.model,
        "machine": machine(),
        "software": f"Headroom {version('headroom')}, Python {platform.python_version()}, "
        f"OpenVINO {version('openvino').partition('-')[0]}, TrackEval {version('trackeval')}",
        "made": f"{now:%Y-%m-%d %H:%M} UTC",
    }
    for name, value in facts.items():
        yield f"<div><dt>{name}</dt><dd>{escape(value)}</dd></div>"

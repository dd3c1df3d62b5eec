"""The first rule of the product, at its root: unknown is never zero, and no message can say otherwise."""

import json
from datetime import UTC, datetime, timedelta, timezone
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from domain.live import LiveMessage, LiveSnapshot, LiveUpdate
from domain.messages import CameraHealth, LineCrossing, State, StreamMessage, ZoneReading

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)
UNKNOWN = [state for state in State if state is not State.OK]

slugs = st.from_regex(r"[a-z0-9][a-z0-9-]{0,20}", fullmatch=True)
moments = st.datetimes(
    min_value=datetime(2000, 1, 1),  # noqa: DTZ001 - hypothesis wants naive bounds and adds the zone itself
    max_value=datetime(2100, 1, 1),  # noqa: DTZ001
    timezones=st.sampled_from([UTC, timezone(timedelta(hours=5, minutes=30)), timezone(timedelta(hours=-7))]),
)
reasons = st.none() | st.text(max_size=30)
people = st.floats(0, 1e5)


@st.composite
def readings(draw: st.DrawFn) -> ZoneReading:
    state = draw(st.sampled_from(State))
    known: dict[str, Any] = {}
    if state is State.OK:
        low, count, high = sorted(draw(st.tuples(people, people, people)))
        known = {"count": count, "peak": draw(st.integers(0, 10**5)), "method": "boxes"}
        known |= draw(st.sampled_from([{}, {"count_low": low, "count_high": high}]))
    return ZoneReading(
        venue_id=draw(slugs),
        zone_id=draw(slugs),
        camera_ids=tuple(draw(st.lists(slugs, min_size=1, max_size=3))),
        captured_at=draw(moments),
        state=state,
        reason=draw(reasons),
        frames=draw(st.integers(0, 60)),
        epoch=draw(st.integers(0, 9)),
        **known,
    )


@st.composite
def crossings(draw: st.DrawFn) -> LineCrossing:
    return LineCrossing(
        venue_id=draw(slugs),
        line_id=draw(slugs),
        camera_id=draw(slugs),
        crossing_id=draw(st.uuids()),
        captured_at=draw(moments),
        state=State.OK,
        direction=draw(st.sampled_from(["in", "out"])),
    )


@st.composite
def healths(draw: st.DrawFn) -> CameraHealth:
    return CameraHealth(
        venue_id=draw(slugs),
        camera_id=draw(slugs),
        captured_at=draw(moments),
        state=draw(st.sampled_from(State)),
        reason=draw(reasons),
        last_frame_at=draw(st.none() | moments),
        fps=draw(st.none() | st.floats(0, 120)),
        frames_captured=draw(st.integers(0, 2**40)),
    )


def reading(**changes: object) -> ZoneReading:
    given_values = {"venue_id": "hall", "zone_id": "floor", "camera_ids": ["door"], "captured_at": NOON}
    return ZoneReading.model_validate(given_values | changes)


@pytest.mark.parametrize("state", State)
@pytest.mark.parametrize("count", [None, 0, 0.4, 12.5])
@pytest.mark.parametrize("peak", [None, 0, 13])
def test_a_reading_has_count_and_peak_exactly_when_it_is_ok(
    state: State, count: float | None, peak: int | None
) -> None:
    known = state is State.OK
    if (count is not None) == known and (peak is not None) == known:
        made = reading(state=state, count=count, peak=peak)
        assert (made.count, made.peak) == (count, peak)
    else:
        with pytest.raises(ValidationError, match="exactly when it is ok"):
            reading(state=state, count=count, peak=peak)


@pytest.mark.parametrize("state", UNKNOWN)
@pytest.mark.parametrize("bound", ["count_low", "count_high"])
def test_an_unknown_reading_has_no_interval(state: State, bound: str) -> None:
    with pytest.raises(ValidationError, match="no interval"):
        reading(state=state, **{bound: 0})


def test_no_interval_measured_is_not_an_interval_of_nothing() -> None:
    made = reading(state="ok", count=3, peak=4)
    assert (made.count_low, made.count_high) == (None, None)


def test_a_state_is_never_assumed() -> None:
    with pytest.raises(ValidationError, match="state"):
        reading(count=3, peak=4)


@given(readings())
def test_no_reading_writes_a_zero_for_the_unknown(made: ZoneReading) -> None:
    written = json.loads(made.model_dump_json())
    assert (written["count"] is None) == (written["state"] != "ok")


@given(readings() | crossings() | healths())
def test_every_stored_message_comes_back_as_it_was(message: ZoneReading | LineCrossing | CameraHealth) -> None:
    back = TypeAdapter[StreamMessage](StreamMessage).validate_json(message.model_dump_json())
    assert back == message
    assert type(back) is type(message)
    assert back.captured_at.utcoffset() == timedelta(0)


@given(
    moments,
    st.lists(readings(), max_size=3),
    st.lists(healths(), max_size=2),
    st.lists(crossings(), max_size=2),
    st.integers(0, 5),
)
def test_every_live_message_comes_back_as_it_was(
    at: datetime, zones: list[ZoneReading], cameras: list[CameraHealth], lines: list[LineCrossing], skipped: int
) -> None:
    snapshot = LiveSnapshot(venue_id="hall", sent_at=at, readings=tuple(zones), cameras=tuple(cameras))
    update = LiveUpdate(venue_id="hall", sent_at=at, readings=tuple(zones), crossings=tuple(lines), skipped=skipped)
    reader = TypeAdapter[LiveMessage](LiveMessage)
    assert reader.validate_json(snapshot.model_dump_json()) == snapshot
    assert reader.validate_json(update.model_dump_json()) == update


def test_a_time_without_a_zone_is_refused() -> None:
    with pytest.raises(ValidationError, match="timezone"):
        reading(state="blind", captured_at=NOON.replace(tzinfo=None))
    with pytest.raises(ValidationError, match="timezone"):
        LiveUpdate.model_validate({"venue_id": "hall", "sent_at": "2026-06-01T12:00:00"})


def test_another_zone_is_moved_to_utc() -> None:
    made = reading(state="blind", captured_at="2026-06-01T14:00:00+02:00")
    assert made.captured_at == NOON
    assert made.captured_at.tzinfo is UTC


@pytest.mark.parametrize(
    "changes",
    [
        {"count": -1},
        {"count": float("nan")},
        {"count": float("inf")},
        {"peak": -1},
        {"count_high": float("inf")},
        {"frames": -1},
        {"camera_ids": []},
        {"zone_id": "Main Hall"},
        {"zone_id": "hall\n"},
        {"zone_id": ""},
        {"version": 2},
        {"kind": "line_crossing"},
        {"colour": "red"},
    ],
)
def test_what_no_reader_could_trust_is_refused(changes: dict[str, object]) -> None:
    good = {"state": "ok", "count": 3.0, "peak": 4}
    assert reading(**good)
    with pytest.raises(ValidationError):
        reading(**(good | changes))


def test_a_message_cannot_be_changed() -> None:
    made = reading(state="ok", count=3, peak=4)
    with pytest.raises(ValidationError, match="frozen"):
        made.count = 0  # type: ignore[misc]


def test_a_crossing_keeps_its_identity() -> None:
    """Storing it twice must be harmless, and only its id can tell."""
    with pytest.raises(ValidationError, match="crossing_id"):
        LineCrossing.model_validate(
            {
                "venue_id": "hall",
                "line_id": "gate",
                "camera_id": "door",
                "captured_at": NOON,
                "state": "ok",
                "direction": "in",
            }
        )
    fixed = UUID("0197f3a0-0000-7000-8000-000000000001")
    made = LineCrossing(
        venue_id="hall",
        line_id="gate",
        camera_id="door",
        captured_at=NOON,
        state=State.OK,
        crossing_id=fixed,
        direction="in",
    )
    assert LineCrossing.model_validate_json(made.model_dump_json()).crossing_id == fixed

"""What two cameras that overlap say together, and what nobody sees."""

from collections.abc import Iterable, Sequence
from math import ceil

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.errors import BadInput
from domain.floor import Occupancy, Positions
from domain.messages import CameraHealth, Message, State, ZoneReading
from inference.floor.conveyor import Conveyor
from inference.floor.engine import FloorEngine
from inference.floor.readings import interval
from tests.fakes.hall import FOOTPRINTS, at, crossing, hall, scan, sight, walk

STANDING = {1: (3.0, 5.0), 2: (10.5, 5.0), 3: (11.0, 2.0), 4: (17.0, 5.0)}
"""Persons 2 and 3 stand where both cameras look."""


def told_by(messages: Iterable[Message], until: float, engine: FloorEngine | None = None) -> list[Message]:
    conveyor = Conveyor(engine or FloorEngine(hall(), FOOTPRINTS), at(0))
    for message in messages:
        conveyor.put(message)
    return [message for second in range(ceil(until) + 1) for message in conveyor.advance(at(min(second, until)))]


def standing(until: float, **blind: float) -> list[Message]:
    """Four people who stand still; ``west=3`` says that that camera is blind from the third second on."""
    told = []
    for step in range(round(until * 5)):
        for camera in FOOTPRINTS:
            gone = step / 5 >= blind.get(camera, until)
            told.append(sight(camera, step / 5, STANDING, blind=gone))
    return told


def readings(told: Sequence[Message], zone: str) -> list[ZoneReading]:
    return [message for message in told if isinstance(message, ZoneReading) and message.zone_id == zone]


def newest(told: Sequence[Message], kind: type[Positions] | type[Occupancy]) -> Message:
    return [message for message in told if isinstance(message, kind)][-1]


def test_a_person_whom_two_cameras_see_is_counted_once() -> None:
    told = told_by(standing(5), 5)
    positions = newest(told, Positions)
    assert isinstance(positions, Positions)
    assert (positions.state, len(positions.x_m), positions.blind_camera_ids) == (State.OK, 4, ())
    right = readings(told, "right")[-1]
    assert (right.count, right.peak, right.method) == (pytest.approx(3, rel=0.01), 3, "floor")
    assert right.floor is not None
    assert right.floor.density_per_m2 == pytest.approx(3 / 100, rel=0.01)
    assert right.floor.level_of_service == "A"
    assert right.camera_ids == ("east", "west")


def test_a_zone_that_no_camera_covers_is_unknown_and_never_empty() -> None:
    annex = readings(told_by(standing(3), 3), "annex")
    assert annex
    assert all((reading.state, reading.count) == (State.UNCALIBRATED, None) for reading in annex)
    assert annex[-1].reason == "no calibrated camera covers this zone"


def test_a_blind_camera_leaves_its_part_unknown_and_the_rest_known() -> None:
    told = told_by(standing(8, west=3.0), 8)
    left, right = readings(told, "left"), readings(told, "right")
    assert (left[1].state, left[1].count) == (State.OK, pytest.approx(1, rel=0.01))
    assert left[-1].floor is not None
    assert left[-1].floor.unseen_share == pytest.approx(0.8, abs=0.02)
    assert right[-1].count == pytest.approx(3, rel=0.01)
    positions = newest(told, Positions)
    assert isinstance(positions, Positions)
    assert positions.blind_camera_ids == ("west",)


def test_when_every_camera_is_blind_nothing_is_told_as_empty() -> None:
    told = told_by(standing(9, west=3.0, east=3.0), 9)
    assert readings(told, "left")[1].count == pytest.approx(1, rel=0.01)
    for zone in ("left", "right"):
        last = readings(told, zone)[-1]
        assert (last.state, last.count, last.floor) == (State.BLIND, None, None)
        assert last.reason == "its picture is black"
    positions = newest(told, Positions)
    assert isinstance(positions, Positions)
    assert (positions.state, positions.x_m) == (State.BLIND, ())


def test_silent_cameras_are_soon_unknown() -> None:
    told = told_by(standing(3), 10)
    assert readings(told, "left")[-1].state is State.BLIND
    assert len(readings(told, "left")) == 10, "every second is told, also those nobody saw"


def test_the_people_inside_come_from_the_gates_until_cameras_see() -> None:
    venue = hall(floor=None)
    messages = [crossing(1), crossing(2), crossing(3, "out"), crossing(3.5, line="bar-line"), scan(4, "a", people=2)]
    messages += [scan(4.5, "a", people=2)]
    occupancy = newest(told_by(messages, 8, FloorEngine(venue, {})), Occupancy)
    assert isinstance(occupancy, Occupancy)
    assert occupancy.count == pytest.approx(3, abs=0.2), "the bar's line is no gate, and a scan told twice is one"
    assert occupancy.count_low is not None
    assert occupancy.count_high is not None
    assert occupancy.count_low < occupancy.count < occupancy.count_high


def test_before_anything_is_known_occupancy_is_unknown() -> None:
    occupancy = newest(told_by([crossing(1)], 4, FloorEngine(hall(floor=None, inside_at_start=None), {})), Occupancy)
    assert isinstance(occupancy, Occupancy)
    assert (occupancy.state, occupancy.count) == (State.BLIND, None)


def test_more_than_the_capacity_is_told_as_it_is() -> None:
    messages = [scan(1 + index / 100, f"s{index}", people=30) for index in range(3)]
    occupancy = newest(told_by(messages, 4, FloorEngine(hall(floor=None), {})), Occupancy)
    assert isinstance(occupancy, Occupancy)
    assert occupancy.over_capacity
    assert occupancy.count == pytest.approx(90, rel=0.02)


def test_a_blind_gate_widens_what_is_known_of_the_people_inside() -> None:
    def width(*, blind: bool) -> float:
        messages: list[Message] = [crossing(float(second)) for second in range(1, 60)]
        if blind:
            health = CameraHealth(
                venue_id="hall", captured_at=at(60), state=State.BLIND, reason="dark", camera_id="west"
            )
            messages.append(health)
        occupancy = newest(told_by(messages, 180, _gates_only()), Occupancy)
        assert isinstance(occupancy, Occupancy)
        assert occupancy.count_high is not None
        assert occupancy.count_low is not None
        return occupancy.count_high - occupancy.count_low

    assert width(blind=True) > 1.5 * width(blind=False)


def _gates_only() -> FloorEngine:
    return FloorEngine(hall(floor=None), {})


def test_a_next_life_goes_on_with_the_people_inside() -> None:
    first = _gates_only()
    told_by([scan(1, "a", people=20)], 4, first)
    second = _gates_only()
    second.restore(first.snapshot(), at(5))
    conveyor = Conveyor(second, at(5))
    occupancy = newest(conveyor.advance(at(8)), Occupancy)
    assert isinstance(occupancy, Occupancy)
    assert occupancy.count == pytest.approx(20, abs=0.5)
    with pytest.raises(BadInput, match="gates"):
        FloorEngine(hall(gates=()), FOOTPRINTS).restore(first.snapshot(), at(5))


def test_another_venues_messages_are_left_out() -> None:
    other = [message.model_copy(update={"venue_id": "other"}) for message in standing(3)]
    assert readings(told_by(other, 3), "left")[-1].state is State.BLIND


@settings(max_examples=15, deadline=None)
@given(st.randoms(use_true_random=False))
def test_the_order_in_which_messages_arrive_changes_nothing(random: object) -> None:
    messages = list(walk(4))
    mixed = messages.copy()
    random.shuffle(mixed)  # type: ignore[attr-defined]
    assert told_by(mixed, 5) == told_by(messages, 5)


def test_steps_taken_one_by_one_say_what_one_long_step_says() -> None:
    whole = told_by(walk(4), 5)
    conveyor, told = Conveyor(FloorEngine(hall(), FOOTPRINTS), at(0)), []
    for message in walk(4):
        conveyor.put(message)
    for step in range(51):
        told += conveyor.advance(at(step / 10))
    assert told == whole


@given(st.floats(0, 5000), st.floats(0, 0.999))
def test_the_interval_holds_the_count_and_grows_with_what_is_not_seen(count: float, unseen: float) -> None:
    low, high = interval(count, unseen)
    assert 0 <= low <= count <= high
    assert high >= interval(count, 0.0)[1] - 1e-9

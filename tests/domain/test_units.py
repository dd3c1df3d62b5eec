"""One form of time, one form of name."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from domain.units import SECOND, Slug, UtcDatetime, from_unix_ns, whole_second

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
offsets = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
moments = st.datetimes(
    min_value=datetime(1990, 1, 1),  # noqa: DTZ001 - hypothesis wants naive bounds and adds the zone itself
    max_value=datetime(2100, 1, 1),  # noqa: DTZ001
    timezones=offsets,
)


@given(moments)
def test_a_whole_second_begins_at_most_one_second_before(moment: datetime) -> None:
    second = whole_second(moment)
    assert timedelta(0) <= moment - second < SECOND
    assert (second.microsecond, second.tzinfo) == (0, UTC)
    assert whole_second(second) == second


@given(moments, offsets)
def test_one_moment_has_one_second_wherever_it_is_written(moment: datetime, elsewhere: timezone) -> None:
    assert whole_second(moment.astimezone(elsewhere)) == whole_second(moment)


def test_the_hour_that_happens_twice_gives_two_seconds() -> None:
    summer, winter = timezone(timedelta(hours=2)), timezone(timedelta(hours=1))
    first = datetime(2026, 10, 25, 2, 30, tzinfo=summer)
    second = datetime(2026, 10, 25, 2, 30, tzinfo=winter)
    assert whole_second(second) - whole_second(first) == timedelta(hours=1)


def test_a_second_of_nowhere_is_refused() -> None:
    with pytest.raises(ValueError, match="needs its zone"):
        whole_second(datetime(2026, 6, 1, 12))  # noqa: DTZ001 - the mistake under test


@given(st.integers(0, 4_000_000_000_000_000_000))
def test_unix_nanoseconds_are_cut_to_the_microsecond(nanoseconds: int) -> None:
    since = from_unix_ns(nanoseconds) - EPOCH
    assert since // timedelta(microseconds=1) == nanoseconds // 1000


def test_nanoseconds_keep_the_microsecond_a_float_would_lose() -> None:
    assert from_unix_ns(1_780_000_000_123_456_999).microsecond == 123456


@pytest.mark.parametrize("name", ["a", "0", "west-gate", "hall-2", "a" * 63])
def test_a_slug_is_accepted(name: str) -> None:
    assert TypeAdapter[str](Slug).validate_python(name) == name


@pytest.mark.parametrize("name", ["", "-a", "West", "west gate", "a/b", "a:b", "../a", "a\n", "é", "a" * 64])
def test_what_would_break_a_key_or_a_path_is_not_a_slug(name: str) -> None:
    with pytest.raises(ValidationError):
        TypeAdapter[str](Slug).validate_python(name)


@given(moments)
def test_an_aware_time_is_the_same_moment_in_utc(moment: datetime) -> None:
    read = TypeAdapter[datetime](UtcDatetime).validate_python(moment)
    assert read == moment
    assert read.tzinfo is UTC

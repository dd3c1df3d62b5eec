"""The table of topics holds together: what is stored has a Stream with room, and no two topics share a key."""

from itertools import combinations

import pytest

from domain.messages import MESSAGE_VERSION, Message
from domain.topics import CAMERAS, CROSSINGS, FRAME, READINGS, TOPICS, Topic, Transport, camera_owner
from domain.units import SECOND

LARGE_VENUE_ZONES = 50


def topics() -> list[Topic]:
    return list(TOPICS.values())


def test_the_table_names_each_topic_once() -> None:
    assert set(TOPICS) == {
        *("readings", "crossings", "postures", "occupancy", "scans"),
        *("sightings", "positions", "cameras", "alerts", "frame"),
        *("captures", "capture-requests"),
        *("models", "rollouts", "shadows"),
    }
    assert all(name == topic.name for name, topic in TOPICS.items())


@pytest.mark.parametrize("topic", topics(), ids=lambda topic: topic.name)
def test_a_stream_exists_exactly_where_messages_are_stored(topic: Topic) -> None:
    assert topic.has_stream == (topic.stream_length > 0)
    assert topic.has_stream == (topic.transport is Transport.PUBSUB_AND_STREAM)
    assert topic.retention_s > 0


@pytest.mark.parametrize("topic", topics(), ids=lambda topic: topic.name)
def test_a_stream_has_room_for_a_large_venue_while_the_database_is_away(topic: Topic) -> None:
    if topic.has_stream and topic.rate_hz:
        assert topic.stream_length >= topic.rate_hz * topic.retention_s * LARGE_VENUE_ZONES


def test_readings_come_once_a_second_as_their_key_demands() -> None:
    assert READINGS.rate_hz == 1 / SECOND.total_seconds()
    assert CROSSINGS.rate_hz is None


def test_only_the_picture_is_not_a_message() -> None:
    assert [topic.name for topic in topics() if topic.message is None] == ["frame"]
    messages = [topic.message for topic in topics() if topic.message is not None]
    assert all(issubclass(message, Message) for message in messages)
    assert len(set(messages)) == len(messages)
    assert all(message.model_fields["version"].default == MESSAGE_VERSION for message in messages)


def test_the_picture_expires_before_anyone_takes_it_for_now() -> None:
    assert FRAME.rate_hz is not None
    assert 1 / FRAME.rate_hz < FRAME.retention_s <= 10


def test_no_two_owners_share_a_key() -> None:
    owners = ["hall", "hall-b", camera_owner("hall", "b"), camera_owner("hall-b", "door")]
    keys = [topic.key(owner) for topic in topics() for owner in owners]
    assert all(first != second for first, second in combinations(keys, 2))


def test_keys_are_what_every_reader_expects() -> None:
    assert READINGS.key("town-square") == "readings:town-square"
    assert CAMERAS.key(camera_owner("town-square", "mast")) == "cameras:town-square/mast"

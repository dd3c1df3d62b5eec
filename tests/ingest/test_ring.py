import subprocess
import sys
from collections.abc import Iterator

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.ring import LIVE_SLOTS, MAX_PICTURE_BYTES, Ring, Stamp


@pytest.fixture
def ring() -> Iterator[Ring]:
    made = Ring.create(LIVE_SLOTS)
    yield made
    made.close()


def write(ring: Ring, sequence: int, height: int = 2, width: int = 3) -> Stamp:
    stamp = Stamp(sequence, 1_000 + sequence, None if sequence % 2 else sequence, height, width)
    ring.room(sequence)[: height * width * 3] = sequence % 251
    ring.publish(stamp)
    return stamp


def test_a_picture_comes_out_as_it_went_in(ring: Ring) -> None:
    stamp = write(ring, 7, height=4, width=5)
    read = ring.read(7)
    assert read is not None
    assert read[0] == stamp
    assert read[1].shape == (4, 5, 3)
    assert (read[1] == 7).all()


def test_what_was_read_stays_when_its_slot_is_used_again(ring: Ring) -> None:
    write(ring, 0)
    read = ring.read(0)
    write(ring, ring.slots)
    assert read is not None
    assert (read[1] == 0).all()


def test_a_picture_that_is_being_written_cannot_be_read(ring: Ring) -> None:
    write(ring, 0)
    ring.room(ring.slots)[:6] = 9
    assert ring.read(0) is None
    assert ring.read(ring.slots) is None


def test_a_picture_never_written_cannot_be_read(ring: Ring) -> None:
    assert ring.read(0) is None


def test_a_size_that_cannot_be_is_refused(ring: Ring) -> None:
    ring.publish(Stamp(0, 0, None, MAX_PICTURE_BYTES, 2))
    assert ring.read(0) is None


@given(st.integers(2, 9), st.lists(st.booleans(), max_size=60), st.integers(0, 2**50))
def test_a_read_gives_the_very_picture_asked_for_or_nothing(slots: int, writes: list[bool], first: int) -> None:
    ring = Ring.create(slots)
    newest = first - 1
    for is_write in writes:
        if is_write:
            newest += 1
            write(ring, newest)
        for asked in range(max(first, newest - slots - 1), newest + 2):
            read = ring.read(asked)
            # The newest are there, as many as promised; what is given up or not yet written is not.
            assert (read is not None) == (newest - ring.readable < asked <= newest)
            assert read is None or (read[0].sequence == asked and (read[1] == asked % 251).all())
    ring.close()


WRITER = """
import sys
from ingest.ring import Ring, Stamp
ring = Ring(int(sys.argv[1]), int(sys.argv[2]))
for sequence in range(int(sys.argv[3])):
    ring.room(sequence)[:720 * 1280 * 3] = sequence % 251
    ring.publish(Stamp(sequence, sequence, None, 720, 1280))
    print(sequence, flush=True)
"""


def test_a_writer_that_overtakes_the_reader_never_gives_a_torn_picture(ring: Ring) -> None:
    """A real second process that writes as fast as memory goes; the newest picture is wanted, as from a live camera."""
    command = [sys.executable, "-c", WRITER, str(ring.descriptor), str(ring.slots), "1500"]
    whole = lost = 0
    with subprocess.Popen(command, stdout=subprocess.PIPE, pass_fds=(ring.descriptor,), text=True) as writer:
        assert writer.stdout is not None
        for line in writer.stdout:
            read = ring.read(int(line))
            if read is None:
                lost += 1
                continue
            whole += 1
            stamp, pixels = read
            assert stamp.sequence == stamp.captured_ns == int(line)
            assert (np.unique(pixels[::16, ::16]) == stamp.sequence % 251).all()
    assert writer.returncode == 0
    assert whole > 0
    assert whole + lost == 1500

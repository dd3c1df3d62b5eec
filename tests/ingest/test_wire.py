from hypothesis import given
from hypothesis import strategies as st

from domain.source import Source
from ingest.limits import CameraLimits, Pace
from ingest.wire import NOTICE_BYTES, CaptureOrder, Notice, NoticeKind, Sight

unsigned = st.integers(0, 2**64 - 1)
sizes = st.integers(0, 2**32 - 1)


@given(st.sampled_from(NoticeKind), unsigned, st.sampled_from(Sight), sizes, sizes, unsigned, unsigned)
def test_a_notice_comes_out_as_it_went_in(
    kind: NoticeKind, at_ns: int, sight: Sight, width: int, height: int, sequence: int, position: int
) -> None:
    notice = Notice(kind, at_ns, sight, width, height, sequence, position, "hall.mp4 is cut off")
    assert Notice.unpack(notice.pack()) == notice


@given(st.text())
def test_whatever_the_text_a_notice_has_the_one_size_a_pipe_passes_undivided(text: str) -> None:
    packed = Notice(NoticeKind.BAD, 1, text=text.replace("\0", "")).pack()
    assert len(packed) == NOTICE_BYTES <= 512
    assert text.replace("\0", "").startswith(Notice.unpack(packed).text)


def test_an_order_comes_out_as_it_went_in() -> None:
    source = Source.parse("rtsp://ann:s%40cret@10.0.0.7/stream")
    order = CaptureOrder(source, Pace.FLAT_OUT, True, CameraLimits(frozen_after_s=3), 9, 4, 17, 5)  # noqa: FBT003 - positional on purpose
    assert CaptureOrder.from_line(order.to_line()) == order
    assert order.to_line().count(b"\n") == 1


def test_an_order_shows_no_password_in_its_repr() -> None:
    source = Source.parse("rtsp://ann:s3cret@10.0.0.7/stream")
    assert "s3cret" not in repr(CaptureOrder(source, Pace.REAL_TIME, False, CameraLimits(), 9, 4, 0, 0))  # noqa: FBT003

"""One camera's capture process: ``python -m ingest.capture``, started by :mod:`ingest.process`.

It lives as long as one connection does. Native code that hangs or crashes takes this process with it and nothing else.
"""

import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

from domain.errors import BadSource, CameraLost
from ingest.footage import check_file_source
from ingest.frame import Pixels
from ingest.limits import Pace
from ingest.media_clock import Pacer
from ingest.recording import Recording, open_recording
from ingest.ring import Ring, Stamp
from ingest.sight import Watch
from ingest.video import open_live, quiet_native_logs
from ingest.wire import CaptureOrder, Notice, NoticeKind

_BEAT_S = 1.0
"""Between signs of life while there is nothing to give; the parent waits several times as long."""


class Outbox:
    """Notices to the parent.

    Args:
        descriptor: the pipe.
        bunch: how many frames are told of at once. Each telling wakes the parent; where nobody waits for the newest
            frame, a few together cost less.
    """

    def __init__(self, descriptor: int, bunch: int) -> None:
        self._descriptor = descriptor
        self._bunch = bunch
        self._held: list[bytes] = []
        self._said_at_s = 0.0

    def send(self, notice: Notice) -> None:
        """Pass on a notice, and any held back before it."""
        self._held.append(notice.pack())
        self._flush()

    def tell_of(self, frame: Notice) -> None:
        """Pass on a notice of a frame, or hold it back until the bunch is full."""
        self._held.append(frame.pack())
        if len(self._held) >= self._bunch:
            self._flush()

    def idle(self) -> None:
        """This process waits on purpose: nothing is held back, and once a second it says that it is alive."""
        if time.monotonic() - self._said_at_s >= _BEAT_S:
            self.send(Notice(NoticeKind.ALIVE, time.time_ns()))
        elif self._held:
            self._flush()

    def _flush(self) -> None:
        try:
            os.write(self._descriptor, b"".join(self._held))
        except BrokenPipeError:
            os._exit(0)  # nobody is left to read it
        self._held.clear()
        self._said_at_s = time.monotonic()


class Credits:
    """Room for frames of a file, granted by the parent; and the watch over the parent's life.

    Its thread reads standard input. At its end the parent is gone and the process ends at once, wherever the main
    thread hangs: OpenCV lets other threads run while it waits.
    """

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._free = threading.Semaphore(0)

    def watch(self, granted: bytes) -> None:
        """Begin, with the credits that came along with the order."""
        if granted:
            self._free.release(len(granted))
        threading.Thread(target=self._listen, name="parent-watch", daemon=True).start()

    def take(self, waiting: Callable[[], None]) -> None:
        """Use one credit; while there is none, call ``waiting`` at once and then every second."""
        if self._free.acquire(blocking=False):
            return
        waiting()
        while not self._free.acquire(timeout=_BEAT_S):
            waiting()

    def give_back(self) -> None:
        """The credit taken last was not used: a recording ended where the next frame was looked for."""
        self._free.release()

    def _listen(self) -> NoReturn:
        while granted := os.read(self._descriptor, 4096):
            self._free.release(len(granted))
        os._exit(0)


class Capture:
    """What the process does with its order."""

    def __init__(self, order: CaptureOrder, outbox: Outbox, credit: Credits) -> None:
        self._order = order
        self._outbox = outbox
        self._credit = credit
        self._ring = Ring(order.ring_fd, order.slots)
        self._watch = Watch(order.limits)
        self._sequence = order.first_sequence

    def run(self) -> None:
        """Give frames until the source ends, is lost or turns out to be bad; then say which."""
        kind, text = NoticeKind.ENDED, ""
        try:
            if self._order.source.live:
                self._watch_live()
            else:
                self._play()
        except CameraLost as lost:
            kind, text = NoticeKind.LOST, str(lost)
        except BadSource as bad:
            kind, text = NoticeKind.BAD, str(bad)
        self._outbox.send(Notice(kind, time.time_ns(), text=text))

    def _watch_live(self) -> NoReturn:
        """Every frame is decoded as it comes, so that nothing piles up on the way; the parent takes the newest."""
        video = open_live(self._order.source, self._order.limits)
        asked_at_s = time.monotonic()
        while video.grab():
            at_ns, asked_at_s = time.time_ns(), time.monotonic()
            room = self._ring.room(self._sequence)
            height, width = video.retrieve(room)
            self._publish(room, Stamp(self._sequence, at_ns, None, height, width), asked_at_s)
        silent_s = time.monotonic() - asked_at_s
        if silent_s >= self._order.limits.read_timeout_s * 0.9:
            raise CameraLost(f"the camera sent nothing for {silent_s:.0f} s")
        raise CameraLost("the camera ended the connection")

    def _play(self) -> None:
        """Every frame of a file, once round or for ever; each waits for room, and for its time if it is paced."""
        check_file_source(self._order.source)
        pacer = Pacer()
        skip, before_s = self._order.skip, 0.0
        while True:
            recording = open_recording(Path(self._order.source.address))
            for _ in range(skip):
                recording.skip()
                self._outbox.idle()
            self._play_once(recording, pacer, skip, before_s)
            if not self._order.loop:
                return
            skip, before_s = 0, before_s + recording.end_s

    def _play_once(self, recording: Recording, pacer: Pacer, position: int, before_s: float) -> None:
        """One round. ``before_s`` is how much media time the rounds before it took."""
        while True:
            self._credit.take(waiting=self._outbox.idle)
            room = self._ring.room(self._sequence)
            size = recording.next(room)
            if size is None:
                self._credit.give_back()
                break
            if self._order.pace is Pace.REAL_TIME:
                self._wait_until_due(pacer, before_s + recording.time_s)
            stamp = Stamp(self._sequence, time.time_ns(), round(recording.time_s * 1e6), *size)
            self._publish(room, stamp, before_s + recording.time_s, position)
            position += 1
        if position == 0:
            raise BadSource(
                f"{self._order.source.redacted}: not one frame of it can be decoded; expected a whole video"
            )
        recording.close()

    def _wait_until_due(self, pacer: Pacer, media_s: float) -> None:
        while (wait_s := pacer.wait_s(media_s, time.monotonic())) > 0:
            time.sleep(min(wait_s, _BEAT_S))
            self._outbox.idle()

    def _publish(self, room: Pixels, stamp: Stamp, clock_s: float, position: int = 0) -> None:
        picture = room[: stamp.height * stamp.width * 3].reshape(stamp.height, stamp.width, 3)
        sight = self._watch.look(picture, clock_s)
        self._ring.publish(stamp)
        self._outbox.tell_of(
            Notice(NoticeKind.FRAME, stamp.captured_ns, sight, stamp.width, stamp.height, stamp.sequence, position)
        )
        self._sequence += 1


def _own_pipe() -> int:
    """A private copy of standard output; what native code prints there goes to standard error from now on."""
    private = os.dup(1)
    os.dup2(2, 1)
    return private


def _read_order(descriptor: int) -> tuple[CaptureOrder, bytes]:
    """The order, and what was already read beyond its line."""
    data = b""
    while b"\n" not in data:
        more = os.read(descriptor, 65536)
        if not more:
            sys.exit(0)  # the parent is gone already
        data += more
    line, _, rest = data.partition(b"\n")
    return CaptureOrder.from_line(line), rest


def main() -> None:
    """Entry point of the capture process."""
    # Ctrl-C reaches the whole group; the parent decides when a camera stops.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    pipe = _own_pipe()
    order, granted = _read_order(0)
    flat_out = order.pace is Pace.FLAT_OUT and not order.source.live
    outbox = Outbox(pipe, order.slots // 2 if flat_out else 1)
    credit = Credits(0)
    credit.watch(granted)
    quiet_native_logs()
    Capture(order, outbox, credit).run()
    # Without the interpreter's farewell: a native thread that hangs must not keep the process.
    os._exit(0)


if __name__ == "__main__":
    main()

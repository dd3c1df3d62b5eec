"""supervision's recipe: ultralytics finds, ``sv.Detections`` holds, ByteTrack follows.

supervision 0.30 took its own ByteTrack away and sends readers to the package ``trackers``, whose documentation this is.
"""

from collections.abc import Callable, Iterable

import supervision as sv
from common import PERSON, Orders, note_input, run
from trackers import ByteTrackTracker
from ultralytics import YOLO


def prepare(orders: Orders) -> Callable[[], Iterable[int]]:
    model = YOLO(orders.weights)
    note_input(model.model)

    def count() -> Iterable[int]:
        tracker = ByteTrackTracker()
        for picture in sv.get_video_frames_generator(str(orders.clip)):
            result = model(picture, classes=[PERSON], imgsz=orders.longest, verbose=False)[0]
            tracked = tracker.update(sv.Detections.from_ultralytics(result))
            yield int((tracked.tracker_id >= 0).sum()) if len(tracked) else 0

    return count


if __name__ == "__main__":
    run(["supervision", "trackers", "ultralytics", "torch"], prepare)

"""``ultralytics`` track, as its documentation shows it for a video: ByteTrack, results as a stream."""

from collections.abc import Callable, Iterable

from common import PERSON, Orders, note_input, run
from ultralytics import YOLO


def prepare(orders: Orders) -> Callable[[], Iterable[int]]:
    model = YOLO(orders.weights)
    note_input(model.model)

    def count() -> Iterable[int]:
        results = model.track(
            orders.clip,
            stream=True,
            tracker="bytetrack.yaml",
            classes=[PERSON],
            imgsz=orders.longest,
            verbose=False,
            save=False,
        )
        for result in results:
            yield 0 if result.boxes.id is None else len(result.boxes)

    return count


if __name__ == "__main__":
    run(["ultralytics", "torch"], prepare)

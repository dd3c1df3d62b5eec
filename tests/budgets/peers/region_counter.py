"""``ultralytics`` solutions' region counter, as its documentation shows it, with the whole picture as its region."""

from collections.abc import Callable, Iterable

import cv2
from common import PERSON, Orders, note_input, run
from ultralytics import solutions


def frames(orders: Orders) -> Iterable[cv2.typing.MatLike]:
    video = cv2.VideoCapture(str(orders.clip))
    while video.isOpened():
        success, picture = video.read()
        if not success:
            break
        yield picture
    video.release()


def prepare(orders: Orders) -> Callable[[], Iterable[int]]:
    height, width = next(iter(frames(orders))).shape[:2]
    everywhere = [(-1, -1), (width + 1, -1), (width + 1, height + 1), (-1, height + 1)]

    def counter() -> solutions.RegionCounter:
        return solutions.RegionCounter(
            show=False,
            region=everywhere,
            model=str(orders.weights),
            classes=[PERSON],
            tracker="bytetrack.yaml",
            imgsz=orders.longest,
            verbose=False,
        )

    # One is warmed up; the tracks that it then has are those of the clip's first frames, which come again.
    regions = counter()
    note_input(regions.model.model)

    def count() -> Iterable[int]:
        if regions.model.predictor is not None:
            for tracker in regions.model.predictor.trackers:
                tracker.reset()
        for picture in frames(orders):
            yield sum(regions(picture).region_counts.values())

    return count


if __name__ == "__main__":
    run(["ultralytics", "torch", "shapely"], prepare)

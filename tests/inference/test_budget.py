import numpy as np

from inference.budget import BudgetParameters, DetectionBudget
from inference.detect import Detections
from inference.detect.base import Picture
from inference.track import Tracker

SIZE = (640, 480)
NOBODY = np.empty((0, 4))
P = BudgetParameters()


def scene(*boxes: tuple[int, int, int, int], noise: int = 4) -> Picture:
    picture = np.random.default_rng(len(boxes)).integers(100, 100 + noise, (480, 640, 3), np.uint8)
    for left, top, right, bottom in boxes:
        picture[top:bottom, left:right] = 220
    return picture


def person(left: int, top: int) -> Detections:
    return Detections(np.array([[left, top, left + 40, top + 100]], np.float32), np.array([0.9], np.float32))


def test_the_first_frame_is_looked_at() -> None:
    assert DetectionBudget().due(scene(), 0.0, Tracker(), NOBODY)


def test_an_unchanged_scene_waits_until_the_longest_time_is_over() -> None:
    budget, tracker = DetectionBudget(), Tracker()
    due = []
    for index in range(11):
        at_s = index / 10
        due.append(budget.due(scene(noise=5), at_s, tracker, NOBODY))
        if due[-1]:
            tracker.update(Detections.none(), at_s, SIZE)
            budget.looked(at_s)
    assert [index for index, looked in enumerate(due) if looked] == [0, 5, 10]
    assert (budget.looks, budget.frames) == (3, 11)


def test_someone_who_comes_in_is_looked_at_at_once() -> None:
    budget, tracker = DetectionBudget(), Tracker()
    assert budget.due(scene(), 0.0, tracker, NOBODY)
    tracker.update(Detections.none(), 0.0, SIZE)
    budget.looked(0.0)
    assert budget.due(scene((300, 200, 340, 300)), 0.1, tracker, NOBODY)


def test_someone_known_who_moves_is_no_news() -> None:
    budget, tracker = DetectionBudget(), Tracker()
    known = np.array([[300.0, 200, 340, 300]])
    assert budget.due(scene((300, 200, 340, 300)), 0.0, tracker, NOBODY)
    tracker.update(person(300, 200), 0.0, SIZE)
    budget.looked(0.0)
    assert not budget.due(scene((306, 200, 346, 300)), 0.05, tracker, known)


def test_someone_new_is_looked_for_again_soon_until_confirmed() -> None:
    budget, tracker = DetectionBudget(), Tracker()
    tracker.update(Detections.none(), 0.0, SIZE)
    tracker.update(person(300, 200), 0.1, SIZE)
    budget.due(scene(), 0.1, tracker, NOBODY)
    budget.looked(0.1)
    assert not budget.due(scene(), 0.2, tracker, NOBODY)
    assert budget.due(scene(), 0.36, tracker, NOBODY)


def test_an_uncertain_prediction_must_be_seen_again() -> None:
    budget, tracker = DetectionBudget(BudgetParameters(longest_s=60, changed_pixels=10**6)), Tracker()
    at_s, looks = 0.0, []
    for index in range(40):
        at_s = index / 10
        if budget.due(scene(), at_s, tracker, NOBODY):
            tracker.update(person(300 + index, 200), at_s, SIZE)
            budget.looked(at_s)
            looks.append(index)
        else:
            tracker.coast(at_s, SIZE)
    assert tracker.uncertainty < 1
    assert 4 < len(looks) < 30, "neither every frame nor never"


def test_a_coasting_track_is_there_but_not_seen_and_walks_out_of_the_picture() -> None:
    tracker = Tracker()
    for index in range(10):
        tracker.update(person(500 + 10 * index, 200), index / 10, SIZE)
    believed = tracker.coast(1.0, SIZE)
    assert len(believed) == 1
    assert not believed.seen.any()
    assert believed.boxes[0, 0] > 590
    assert len(tracker.coast(1.9, SIZE)) == 0

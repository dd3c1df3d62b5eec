import numpy as np

from inference.evaluation.matching import FrameTracks, judge, without_ignored
from inference.evaluation.mot_truth import FrameTruth

Box = tuple[float, float, float, float]


def there(*boxes: Box, ignored: tuple[bool, ...] | None = None) -> FrameTruth:
    marks = np.array(ignored if ignored is not None else (False,) * len(boxes), np.bool_)
    return FrameTruth(np.arange(len(boxes)), np.array(boxes, np.float64).reshape(-1, 4), marks)


def told(*boxes: Box) -> FrameTracks:
    return FrameTracks(np.arange(len(boxes)), np.array(boxes, np.float64).reshape(-1, 4), np.ones(len(boxes), np.bool_))


def moved(box: Box, by: float) -> Box:
    return (box[0] + by, box[1], box[2] + by, box[3])


PERSON: Box = (0, 0, 10, 30)
FAR: Box = (100, 0, 110, 30)


def test_a_box_on_an_ignored_person_is_neither_right_nor_wrong() -> None:
    truth, found = without_ignored(there(PERSON, FAR, ignored=(False, True)), told(PERSON, FAR))
    assert truth.boxes.tolist() == [list(PERSON)]
    assert found.ids.tolist() == [0]


def test_an_ignored_person_who_is_not_found_is_no_miss() -> None:
    truth, found = without_ignored(there(PERSON, FAR, ignored=(False, True)), told(PERSON))
    assert (truth.people, len(found)) == (1, 1)


def test_a_box_elsewhere_is_not_forgiven() -> None:
    _, found = without_ignored(there(FAR, ignored=(True,)), told(PERSON))
    assert len(found) == 1


def test_a_second_box_on_an_ignored_person_is_not_forgiven() -> None:
    _, found = without_ignored(there(FAR, ignored=(True,)), told(FAR, moved(FAR, 1)))
    assert found.ids.tolist() == [1], "the better one is"


def test_someone_who_counts_keeps_the_box_that_fits_them_best() -> None:
    beside = moved(PERSON, 2)
    _, found = without_ignored(there(PERSON, beside, ignored=(False, True)), told(PERSON))
    assert len(found) == 1


def test_where_nobody_is_to_be_ignored_nothing_changes() -> None:
    truth, found = there(PERSON), told(FAR)
    assert without_ignored(truth, found) == (truth, found)


def test_boxes_match_from_half_an_overlap_on() -> None:
    shift = 10 / 3  # 20/3 of 40/3 pixels are shared: exactly a half
    assert judge(there(PERSON), told(moved(PERSON, shift - 0.01))).right.tolist() == [True]
    assert judge(there(PERSON), told(moved(PERSON, shift + 0.01))).right.tolist() == [False]


def test_right_missed_and_wrong_are_told_apart() -> None:
    judged = judge(there(PERSON, FAR), told((300, 0, 310, 30), moved(PERSON, 1)))
    assert judged.found.tolist() == [True, False]
    assert judged.right.tolist() == [False, True]


def test_an_empty_frame_has_nothing_right_or_wrong() -> None:
    judged = judge(FrameTruth.nobody(), told())
    assert (len(judged.right), len(judged.found)) == (0, 0)
    assert judge(FrameTruth.nobody(), told(PERSON)).right.tolist() == [False]
    assert judge(there(PERSON), told()).found.tolist() == [False]

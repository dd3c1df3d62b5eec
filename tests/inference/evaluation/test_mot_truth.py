from pathlib import Path

import pytest

from domain.errors import BadInput
from inference.evaluation.mot_truth import MotTruth, read_mot


def truth_of(folder: Path, text: str) -> MotTruth:
    (folder / "gt.txt").write_text(text)
    return read_mot(folder / "gt.txt")


def test_people_are_read_by_frame_in_corners(tmp_path: Path) -> None:
    truth = truth_of(tmp_path, "1,7,10,20,30,40,1,-1,-1,-1\n3,7,11,20,30,40,1,-1,-1,-1\n1,8,-5,0,10,10,1,-1,-1,-1\n")
    assert truth[1].ids.tolist() == [7, 8]
    assert truth[1].boxes.tolist() == [[10, 20, 40, 60], [-5, 0, 5, 10]]
    assert truth[3].people == 1
    assert truth.last_frame == 3


def test_a_frame_that_is_not_mentioned_has_nobody_in_it(tmp_path: Path) -> None:
    truth = truth_of(tmp_path, "5,1,0,0,1,1,1\n")
    assert (truth[1].people, truth[5].people, truth[6].people) == (0, 1, 0)
    assert truth[2].boxes.shape == (0, 4)


def test_those_marked_not_valid_are_there_to_be_ignored(tmp_path: Path) -> None:
    truth = truth_of(tmp_path, "1,1,0,0,9,9,1,0,0,0\n1,2,20,0,9,9,0,0,0,0\n")
    assert truth[1].ignored.tolist() == [False, True]
    assert truth[1].people == 1


def test_classes_of_mot16_make_people_ignored_people_and_things(tmp_path: Path) -> None:
    rows = {"walks": 1, "on a bicycle": 2, "car": 3, "sits": 7, "distractor": 8, "pole": 9, "reflection": 12}
    text = "".join(f"1,{number},{50 * number},0,9,9,1,{kind},1.0\n" for number, kind in enumerate(rows.values()))
    truth = truth_of(tmp_path, text)
    named = dict(zip((list(rows)[number] for number in truth[1].ids), truth[1].ignored.tolist(), strict=True))
    assert named == {"walks": False, "on a bicycle": True, "sits": True, "distractor": True, "reflection": True}


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        ("frame,id,left,top,width,height,valid", "line 2: .* is not numbers; expected frame,id,left"),
        ('{"IMG_1": {"count": 3}}', "line 2: .* is not numbers"),
        ("1,2,3", "line 2: has 3 numbers; expected"),
        ("1,2,3,4,5,6,1,1", "line 2: has 8 numbers; expected"),
        ("1,2,3,4,5,6,1,1,1", "line 2: has 9 numbers, the lines before it 10"),
        ("1,2,3,4,nan,6,1,0,0,0", "line 2: .* not finite"),
        ("0,2,3,4,5,6,1,0,0,0", "line 2: frame 0 and identity 2 must be whole, frames from 1"),
        ("1.5,2,3,4,5,6,1,0,0,0", "line 2: frame 1.5 and"),
        ("1,2,3,4,0,6,1,0,0,0", "line 2: a box of 0 by 6 pixels has no inside"),
        ("1,2,3,4,5,6,0.83,0,0,0", "line 2: valid must be 0 or 1, got 0.83"),
        ("1,1,3,4,5,6,1,0,0,0", "line 2: frame 1 has 1 for the second time"),
    ],
)
def test_a_wrong_line_is_named(tmp_path: Path, line: str, complaint: str) -> None:
    with pytest.raises(BadInput, match=rf"truth gt\.txt {complaint}"):
        truth_of(tmp_path, f"1,1,0,0,9,9,1,0,0,0\n{line}\n")


@pytest.mark.parametrize("text", ["", "\n \n"])
def test_a_truth_without_anybody_is_no_truth(tmp_path: Path, text: str) -> None:
    with pytest.raises(BadInput, match=r"truth gt\.txt holds nobody"):
        truth_of(tmp_path, text)


def test_a_file_that_is_not_there_or_not_text_is_named(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=r"truth gt\.txt: cannot be read: No such file"):
        read_mot(tmp_path / "gt.txt")
    (tmp_path / "gt.txt").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(BadInput, match=r"truth gt\.txt: cannot be read: it is not text"):
        read_mot(tmp_path / "gt.txt")

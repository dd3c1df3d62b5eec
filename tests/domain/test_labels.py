"""Labels keep their place through both formats, and whatever is wrong in a file is named with its line."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.coco import coco_text, read_coco
from domain.label_formats import AnyLabel, LabelledPicture, read_yolo, yolo_text
from domain.labels import BadLabels, BoxLabel, LabelClass, LabelSource, PointLabel, place_of, problems_of, refuse_bad

WIDTH, HEIGHT = 1920, 1080


def box(left: float, top: float, right: float, bottom: float, name: LabelClass = LabelClass.PERSON) -> BoxLabel:
    return BoxLabel(name=name, left=left, top=top, right=right, bottom=bottom)


@st.composite
def boxes(draw: st.DrawFn, width: int, height: int) -> BoxLabel:
    left, top = draw(st.floats(0, width - 1.5)), draw(st.floats(0, height - 1.5))
    right, bottom = draw(st.floats(left + 1.0, width)), draw(st.floats(top + 1.0, height))
    return box(left, top, right, bottom, draw(st.sampled_from(LabelClass)))


@st.composite
def pictures(draw: st.DrawFn) -> LabelledPicture:
    width, height = draw(st.integers(2, 8192)), draw(st.integers(2, 8192))
    points = st.builds(PointLabel, x=st.floats(0, width), y=st.floats(0, height))
    labels: list[AnyLabel] = draw(st.lists(st.one_of(boxes(width, height), points), max_size=8, unique_by=place_of))
    return LabelledPicture(
        f"{draw(st.uuids()).hex}.jpg", width, height, tuple(labels), draw(st.none() | st.integers(1))
    )


def places(labels: tuple[AnyLabel, ...] | list[BoxLabel]) -> list[tuple[object, ...]]:
    return sorted(map(place_of, labels), key=str)


@given(pictures())
def test_boxes_come_back_from_yolo_where_they_were(picture: LabelledPicture) -> None:
    text = yolo_text(picture.labels, picture.width, picture.height)
    found = read_yolo(text, picture.width, picture.height, file="a.txt")
    assert places(found) == places(tuple(label for label in picture.labels if isinstance(label, BoxLabel)))


@given(st.lists(pictures(), max_size=4, unique_by=lambda picture: picture.name))
def test_everything_comes_back_from_coco(given_pictures: list[LabelledPicture]) -> None:
    found = read_coco(coco_text(given_pictures), file="a.json")
    assert [(one.name, one.width, one.height, one.revision) for one in found] == [
        (one.name, one.width, one.height, one.revision) for one in given_pictures
    ]
    assert [places(one.labels) for one in found] == [places(one.labels) for one in given_pictures]
    assert all(label.source is LabelSource.PERSON for one in found for label in one.labels)


def test_what_coco_says_is_what_other_tools_read() -> None:
    picture = LabelledPicture("a.jpg", 100, 50, (box(10, 5, 30, 45), PointLabel(x=20, y=8)), 3)
    document = json.loads(coco_text([picture]))
    assert document["images"] == [{"id": 1, "file_name": "a.jpg", "width": 100, "height": 50, "revision": 3}]
    assert document["annotations"][0] == {
        "id": 1,
        "image_id": 1,
        "iscrowd": 0,
        "category_id": 1,
        "bbox": [10, 5, 20, 40],
        "area": 800,
    }
    assert document["annotations"][1]["keypoints"] == [20, 8, 2]
    assert [one["name"] for one in document["categories"]] == ["person", "head", "head_point"]


def test_a_document_that_a_tool_wrote_anew_is_read_by_names() -> None:
    document = json.loads(coco_text([LabelledPicture("a.jpg", 100, 50, (box(10, 5, 30, 45, LabelClass.HEAD),))]))
    document["categories"] = [{"id": "h", "name": "head"}]
    document["annotations"][0]["category_id"] = "h"
    document["info"] = {"contributor": "a tool", "nested": [[1], {"a": []}]}
    (found,) = read_coco(json.dumps(document, indent=1), file="a.json")
    assert found.labels == (box(10, 5, 30, 45, LabelClass.HEAD),)


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("0 0.5 0.5 0.2", "expected a class and 4 numbers, got 4 fields"),
        ("2 0.5 0.5 0.2 0.2", "class '2' does not exist; the classes are 0 (person), 1 (head)"),
        ("-1 0.5 0.5 0.2 0.2", "class '-1' does not exist"),
        ("0.0 0.5 0.5 0.2 0.2", "class '0.0' does not exist"),
        ("0 0.5 x 0.2 0.2", "'x' is not a number"),
        ("0 nan 0.5 0.2 0.2", "'nan' is not a number"),
        ("0 0.5 0.5 1.2 0.2", "width 1.2 is no share of the picture"),
        ("0 0.05 0.5 0.2 0.2", "reaches out of the 1920x1080 picture"),
        ("0 0.5 0.5 0.0001 0.2", "at least 1 px beyond left"),
        ("0 0.3 0.3 0.2 0.2", "says the same as line 1"),
    ],
)
def test_a_bad_line_of_yolo_is_named(line: str, words: str) -> None:
    with pytest.raises(BadLabels) as caught:
        read_yolo(f"0 0.3 0.3 0.2 0.2\n\n{line}\n", WIDTH, HEIGHT, file="labels/a.txt")
    assert str(caught.value).startswith("labels/a.txt:3: ")
    assert words in str(caught.value)


def test_all_problems_are_told_and_a_flood_of_them_is_cut() -> None:
    with pytest.raises(BadLabels) as caught:
        read_yolo("9 0 0 0 0\n" * 30, WIDTH, HEIGHT, file="a.txt")
    lines = str(caught.value).splitlines()
    assert len(caught.value.problems) == 30
    assert (lines[19][:9], lines[20]) == ("a.txt:20:", "and 10 more")


def document_with(**changes: object) -> str:
    lines = coco_text([LabelledPicture("a.jpg", 100, 50, (box(10, 5, 30, 45),))]).splitlines()
    row = json.loads(lines[4]) | changes
    return "\n".join([*lines[:4], json.dumps(row, allow_nan=True), *lines[5:]])


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"image_id": 7}, "image_id 7 is no image's id"),
        ({"category_id": 9}, "category_id 9 does not exist"),
        ({"category_id": [1]}, "must be a number or text"),
        ({"bbox": [90, 5, 20, 40]}, "reaches out of the 100x50 picture"),
        ({"bbox": [10, 5, -20, 40]}, "right (-10) must be at least 1 px beyond left (10)"),
        ({"bbox": [10, 5, float("nan"), 40]}, "nan is not a number"),
        ({"bbox": [1e300, 5, 1, 40]}, "is not a number of at most"),
        ({"bbox": [10, 5, True, 40]}, "True is not a number"),
        ({"bbox": {}}, "must be [left, top, width, height]"),
        ({"category_id": 3}, "a head_point needs keypoints"),
        ({"category_id": 3, "keypoints": [500, 1, 2]}, "lies outside the 100x50 picture"),
    ],
)
def test_a_bad_annotation_is_named_with_its_line(changes: dict[str, object], words: str) -> None:
    with pytest.raises(BadLabels) as caught:
        read_coco(document_with(**changes), file="a.json")
    assert str(caught.value).startswith("a.json:5: ")
    assert words in str(caught.value)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "a.json:1: is not JSON"),
        ("[]", "a.json:1: is not JSON: expected {"),
        ("{}", "a.json:1: is not JSON"),
        ('{"images": [],\n"annotations": [}', "a.json:2: is not JSON"),
        ('{"images": [], "annotations": []}', "a.json:1: has no list of categories"),
        ('{"images": [3], "annotations": [], "categories": []}', "a.json:1: an image must be an object"),
        (
            '{"images": [{"id": 1, "file_name": "a", "width": "9", "height": 9}], "annotations": [], "categories": []}',
            "width '9' of a must be pixels",
        ),
        ('{"images": [], "annotations": [], "categories": [\n{"id": 1, "name": "dog"}]}', "a.json:2: category 'dog'"),
    ],
)
def test_what_is_no_coco_is_refused_in_words(text: str, words: str) -> None:
    with pytest.raises(BadLabels) as caught:
        read_coco(text, file="a.json")
    assert words in str(caught.value)


@given(st.text(alphabet='{}[]",:0a \n', max_size=40))
def test_whatever_a_file_holds_the_answer_is_labels_or_an_error_in_words(text: str) -> None:
    for read in (lambda: read_coco(text, file="a"), lambda: read_yolo(text, 10, 10, file="a")):
        problems: tuple[str, ...] = ()
        try:
            read()
        except BadLabels as error:
            problems = error.problems
        assert all(problem.startswith("a:") for problem in problems)


def test_labels_of_a_picture_are_refused_by_name() -> None:
    bad = [box(1, 1, 5, 5), box(30, 30, 20, 40), box(0, 0, 101, 10), PointLabel(x=5, y=60), box(1, 1, 5, 5)]
    assert [problem.partition(":")[0] for problem in problems_of(bad, 100, 50)] == [
        *("labels.1 (person box)", "labels.2 (person box)", "labels.3 (head point)", "labels.4 (person box)"),
    ]
    refuse_bad(bad[:1], 100, 50)
    with pytest.raises(BadLabels, match=r"labels\.1 \(person box\): right \(20\)"):
        refuse_bad(bad, 100, 50)
    with pytest.raises(BadLabels, match="a point marks the middle of a head"):
        refuse_bad([PointLabel(name=LabelClass.PERSON, x=1, y=1)], 100, 50)

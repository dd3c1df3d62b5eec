import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy.io import savemat

from domain.errors import BadInput
from inference.evaluation.still_truth import is_still_truth, read_stills


def write_json(folder: Path, content: object) -> Path:
    path = folder / "counts.json"
    path.write_text(content if isinstance(content, str) else json.dumps(content))
    return path


def write_mat(folder: Path, picture: str, heads: list[list[float]]) -> None:
    """As ShanghaiTech's are: a struct in a cell array in a struct array."""
    cell = np.empty((1, 1), object)
    cell[0, 0] = {"location": np.array(heads, float).reshape(-1, 2), "number": len(heads)}
    savemat(folder / f"GT_{picture}.mat", {"image_info": cell})


def test_counts_and_heads_are_read_by_picture(tmp_path: Path) -> None:
    truth = read_stills(write_json(tmp_path, {"IMG_1": {"count": 2, "points": [[1, 2], [3.5, 4]]}, "a": {"count": 7}}))
    heads = truth["IMG_1"].heads
    assert heads is not None
    assert heads.tolist() == [[1, 2], [3.5, 4]]
    assert (truth["a"].count, truth["a"].heads) == (7, None)


@pytest.mark.parametrize("heads", [[], [[5.0, 6.0]], [[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]])
def test_mat_files_tell_the_same_as_json(tmp_path: Path, heads: list[list[float]]) -> None:
    write_mat(tmp_path, "IMG_12", heads)
    by_mat = read_stills(tmp_path)["IMG_12"]
    by_json = read_stills(write_json(tmp_path, {"IMG_12": {"count": len(heads), "points": heads}}))["IMG_12"]
    assert by_mat.count == by_json.count == len(heads)
    assert by_mat.heads is not None
    assert by_mat.heads.tolist() == heads
    assert read_stills(tmp_path / "GT_IMG_12.mat").keys() == {"IMG_12"}


def test_the_shared_data_has_the_same_truth_twice(assets: Path) -> None:
    for part, pictures in (("part_A", 15), ("part_B", 60)):
        folder = assets / "datasets/shanghaitech_test" / part
        by_json, by_mat = read_stills(folder / "counts.json"), read_stills(folder / "ground_truth")
        assert len(by_json) == pictures
        assert {name: still.count for name, still in by_json.items()} == {
            name: still.count for name, still in by_mat.items()
        }


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        ('{"a": {\n"count": 3,\n}}', "line 3: .*; expected"),
        ("1,2,3,4,5,6,1", "line 1"),
        ([1, 2], "the file: Input should be a valid dictionary"),
        ({"IMG_1": 3}, "IMG_1: Input should be"),
        ({"IMG_1": {"count": -1}}, "IMG_1.count: Input should be greater"),
        ({"IMG_1": {"points": []}}, "IMG_1.count: Field required"),
        ({"IMG_1": {"count": 1, "points": [[1]]}}, "IMG_1.points.0.1: Field required"),
        ({"IMG_1": {"count": 3, "points": [[1, 2]]}}, "IMG_1: counts 3 but has 1 points"),
        ({}, "names no picture"),
    ],
)
def test_json_of_another_shape_is_named_with_its_place(tmp_path: Path, content: object, complaint: str) -> None:
    with pytest.raises(BadInput, match=rf"truth counts\.json:? {complaint}"):
        read_stills(write_json(tmp_path, content))


@pytest.mark.parametrize("content", [{"x": 1}, {"image_info": 3}, {"image_info": {"location": [1.0, 2.0, 3.0]}}])
def test_a_mat_file_of_another_shape_is_named(tmp_path: Path, content: dict[str, Any]) -> None:
    savemat(tmp_path / "GT_a.mat", content)
    with pytest.raises(BadInput, match=r"truth GT_a\.mat is not ShanghaiTech's"):
        read_stills(tmp_path)


@pytest.mark.parametrize("length", [0, 3, 100, 180, 220])
def test_a_mat_file_that_is_cut_off_is_named(tmp_path: Path, length: int) -> None:
    write_mat(tmp_path, "a", [[1, 2], [3, 4]])
    path = tmp_path / "GT_a.mat"
    path.write_bytes(path.read_bytes()[:length])
    with pytest.raises(BadInput, match=r"truth GT_a\.mat"):
        read_stills(tmp_path)


def test_a_folder_without_truth_and_a_file_that_is_not_there_are_named(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=r"has no \.mat file"):
        read_stills(tmp_path)
    with pytest.raises(BadInput, match=r"counts\.json: cannot be read: No such file"):
        read_stills(tmp_path / "counts.json")


def test_which_truth_is_of_stills(tmp_path: Path) -> None:
    assert is_still_truth(tmp_path)
    assert is_still_truth(Path("counts.json"))
    assert is_still_truth(Path("GT_IMG_1.mat"))
    assert not is_still_truth(Path("gt.txt"))

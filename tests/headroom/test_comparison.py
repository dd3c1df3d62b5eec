"""Two evaluations side by side: the page says which model is nearer, and refuses what cannot be compared."""

import json
from pathlib import Path

import cv2
import numpy as np
import pytest

from domain.errors import BadInput
from headroom.evaluation.comparison import Pair, pairs, render


def evaluation(folder: Path, counts: dict[str, float], truth: float = 10.0) -> Path:
    folder.mkdir(exist_ok=True)
    rows = [{"picture": name, "truth": truth, "count": count} for name, count in counts.items()]
    (folder / "counts.json").write_text(json.dumps({"hall": rows}))
    return folder


def test_what_is_nearer_is_a_gain(tmp_path: Path) -> None:
    champion = evaluation(tmp_path / "a", {"one.jpg": 7, "two.jpg": 10})
    challenger = evaluation(tmp_path / "b", {"one.jpg": 11, "two.jpg": 8})
    (hall,) = pairs(champion, challenger).values()
    assert [pair.gain for pair in hall] == [2, -2]


def test_the_page_shows_the_pictures_and_asks_for_nothing_from_elsewhere(tmp_path: Path) -> None:
    (tmp_path / "pictures").mkdir()
    cv2.imwrite(str(tmp_path / "pictures" / "one.jpg"), np.zeros((40, 80, 3), np.uint8))
    made = render(
        {"hall": [Pair("one", 10, 7, 11), Pair("<two>", 10, 10, 8)]},
        {"hall": tmp_path / "pictures"},
        ("old", "new & better"),
    )
    assert "new &amp; better against old" in made
    assert made.count("data:image/jpeg") == 1
    assert "&lt;two&gt;" in made
    assert "2.0 nearer" in made
    assert "2.0 farther" in made
    assert "http://" not in made
    assert "https://" not in made


@pytest.mark.parametrize("counts", [{"one.jpg": 7.0}, {"one.jpg": 7.0, "three.jpg": 1.0}])
def test_evaluations_of_other_pictures_are_not_compared(tmp_path: Path, counts: dict[str, float]) -> None:
    champion = evaluation(tmp_path / "a", {"one.jpg": 7, "two.jpg": 10})
    with pytest.raises(BadInput, match="judged by different pictures"):
        pairs(champion, evaluation(tmp_path / "b", counts))
    with pytest.raises(BadInput, match="judged by different pictures"):
        pairs(champion, evaluation(tmp_path / "c", {"one.jpg": 7, "two.jpg": 10}, truth=9))


def test_a_folder_without_counts_is_named(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=r"nothing/counts\.json cannot be read"):
        pairs(tmp_path / "nothing", tmp_path)

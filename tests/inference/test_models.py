from pathlib import Path

import pytest

from domain.errors import BadInput
from inference.models import ModelTable, choose

TABLE = ModelTable.load()


def test_the_default_model_is_in_the_table() -> None:
    name, spec = choose(None, TABLE)
    assert name == TABLE.default
    assert spec.backend == "openvino"


def test_a_file_is_a_model_by_its_ending(tmp_path: Path) -> None:
    weights = tmp_path / "ours.pt"
    weights.touch()
    name, spec = choose(str(weights), TABLE)
    assert (name, spec.backend, spec.asset) == ("ours", "torch", str(weights))


@pytest.mark.parametrize("wrong", ["yolov9000", "no/such.onnx", "README.md"])
def test_anything_else_is_named_with_what_there_is(wrong: str) -> None:
    with pytest.raises(BadInput, match=rf"{wrong}.* nor one of .*yolov8n-rebuilt"):
        choose(wrong, TABLE)


def test_a_wrong_table_names_the_key(tmp_path: Path) -> None:
    path = tmp_path / "models.yaml"
    path.write_text("version: 1\ndefault: a\nmodels: {a: {title: A, licence: x, asset: b, backend: tpu}}\n")
    with pytest.raises(BadInput, match=r"models\.yaml: models\.a\.backend"):
        ModelTable.load(path)

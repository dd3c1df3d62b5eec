from pathlib import Path

import pytest

from domain.errors import BadInput
from domain.settings import Settings
from inference.assets import resolve
from inference.detect.box import this_hardware, this_installed
from inference.models import ModelTable, choose, choose_here, load_detector

TABLE = ModelTable.load()


def test_the_default_model_is_in_the_table() -> None:
    name, spec = choose(None, TABLE)
    assert name == TABLE.default
    assert spec.backend == "auto"


def test_a_file_is_a_model_by_its_ending(tmp_path: Path) -> None:
    weights = tmp_path / "ours.pt"
    weights.touch()
    name, spec = choose(str(weights), TABLE)
    assert (name, spec.asset, spec.checkpoint_asset, spec.graph_asset) == ("ours", str(weights), str(weights), None)


@pytest.mark.parametrize("wrong", ["yolov9000", "no/such.onnx", "README.md"])
def test_anything_else_is_named_with_what_there_is(wrong: str) -> None:
    with pytest.raises(BadInput, match=rf"{wrong}.* nor one of .*yolov8n-rebuilt"):
        choose(wrong, TABLE)


def test_a_wrong_table_names_the_key(tmp_path: Path) -> None:
    path = tmp_path / "models.yaml"
    path.write_text("version: 1\ndefault: a\nmodels: {a: {title: A, licence: x, asset: b, backend: tpu}}\n")
    with pytest.raises(BadInput, match=r"models\.yaml: models\.a\.backend"):
        ModelTable.load(path)


@pytest.mark.parametrize(
    ("row", "told"),
    [
        ("yolov8n-rebuilt-f32", "openvino-f32"),
        ("yolov8n-rebuilt-onnx", "onnxruntime-cpu-f32"),
        ("yolov8n-rebuilt-torch", "torch-cpu-f32"),
    ],
)
def test_each_row_runs_as_it_says_on_a_machine_without_a_gpu(assets: Path, row: str, told: str) -> None:
    if this_hardware().gpus:
        pytest.skip("this machine has a GPU, which auto prefers")
    detector = load_detector(*choose(row, TABLE), lambda asset: assets / "models" / asset)
    assert detector.name == f"{row}/{told}"


def test_the_default_runs_in_whatever_this_processor_is_quick_at(tmp_path: Path) -> None:
    name, spec = choose(None, TABLE)
    choice = choose_here(spec, made=None, graph=None)
    detector = load_detector(name, spec, lambda asset: resolve(asset, Settings(data=tmp_path)))
    assert detector.name.endswith(choice.precision)


def test_what_is_installed_is_looked_up_here() -> None:
    installed = this_installed()
    assert "CPUExecutionProvider" in installed.onnx_providers
    assert installed.openvino

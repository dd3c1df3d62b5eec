"""A checkpoint is exported: the result answers the same at any size, or there is no result."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import cv2
import numpy as np
import onnx
import openvino as ov
import pytest
import torch
import yaml
from onnx import numpy_helper

from domain.errors import BadInput, ModelDiffers
from inference.detect.openvino import OpenVinoDetector
from training.checkpoint import Checkpoint, open_checkpoint
from training.export import Difference, _refuse_difference, compare, export
from training.settings import CONFIGURATION, ExportSettings, TrainingSettings

REPOSITORY = Path(__file__).parents[2]


def command(*arguments: Path | str, home: Path) -> subprocess.CompletedProcess[str]:
    home.mkdir(exist_ok=True)
    return subprocess.run(
        [sys.executable, "-m", "training.export", *arguments],
        cwd=REPOSITORY,
        env=os.environ | {"HOME": str(home), "XDG_CONFIG_HOME": str(home / ".config"), "TMPDIR": str(home.parent)},
        capture_output=True,
        text=True,
        check=False,
        timeout=150,
    )


@pytest.fixture(scope="module")
def weights(assets: Path) -> Path:
    return assets / "models" / "yolov8n_rebuilt.pt"


@pytest.fixture(scope="module")
def settings() -> ExportSettings:
    return TrainingSettings.load().export


@pytest.fixture(scope="module")
def checkpoint(weights: Path) -> Checkpoint:
    return open_checkpoint(weights)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("export")


@pytest.fixture(scope="module")
def exported(weights: Path, folder: Path) -> Iterator[Path]:
    """What the command line made of the weights, in a home folder of its own."""
    target = folder / "made" / "detector.onnx"
    result = command(weights, target, home=folder / "home")
    assert result.returncode == 0, result.stderr
    assert result.stderr == ""
    assert result.stdout.startswith(f"{target}: within 0.00")
    yield target
    assert [path.name for path in target.parent.iterdir() if path.suffix not in (".onnx", ".json")] == []


def test_the_home_folder_is_left_alone_and_nothing_stays_behind(exported: Path, folder: Path) -> None:
    assert exported.is_file()
    assert list((folder / "home").rglob("*")) == []
    assert [path.name for path in folder.iterdir() if path.name.startswith("headroom-")] == []


def test_ultralytics_neither_calls_home_nor_installs_nor_runs_a_checkpoint() -> None:
    asked = (
        "import training.checkpoint; from ultralytics import utils; from ultralytics.utils.events import events;"
        "from ultralytics.nn import tasks;"
        "print(utils.SETTINGS['sync'], utils.ONLINE, utils.AUTOINSTALL, events.enabled, tasks.SAFE_LOAD)"
    )
    answered = subprocess.run(
        [sys.executable, "-c", asked], cwd=REPOSITORY, capture_output=True, text=True, check=True, timeout=60
    )
    assert answered.stdout.split() == ["False", "False", "False", "False", "True"]


def test_the_description_names_what_was_made_from_what(exported: Path, weights: Path, settings: ExportSettings) -> None:
    described = json.loads(exported.with_suffix(".json").read_text())
    assert described["source"] == [{"file": weights.name, "sha256": sha256(weights.read_bytes()).hexdigest()}]
    assert described["onnx"]["sha256"] == sha256(exported.read_bytes()).hexdigest()
    assert described["classes"]["0"] == "person"
    assert len(described["classes"]) == described["output"]["shape"][1] - 4 == 80
    assert described["made_with"]["torch"] == torch.__version__.partition("+")[0]
    assert 0 < described["check"]["difference"]["box_px"] <= settings.max_box_difference_px
    assert settings.halved is not None
    assert 0 < described["check"]["weights_in_16_bits"]["box_px"] <= settings.halved.max_box_difference_px


def test_the_graph_is_what_the_description_says(exported: Path, settings: ExportSettings) -> None:
    model = onnx.load(exported)
    assert [(part.domain, part.version) for part in model.opset_import] == [("", settings.opset)]
    [pixels] = model.graph.input
    assert [side.dim_param or side.dim_value for side in pixels.type.tensor_type.shape.dim] == [
        "batch",
        3,
        "height",
        "width",
    ]


@pytest.mark.parametrize(("height", "width"), [(32, 32), (480, 640), (736, 1280)])
def test_openvino_reshapes_it_to_any_size(exported: Path, height: int, width: int) -> None:
    core = ov.Core()
    model = core.read_model(exported)
    model.reshape([1, 3, height, width])
    answer = core.compile_model(model, "CPU")(np.zeros((1, 3, height, width), np.float32))["output0"]
    cells = sum((height // stride) * (width // stride) for stride in (8, 16, 32))
    assert answer.shape == (1, 84, cells)


def test_the_detector_reads_it_and_sees_what_it_saw_before(exported: Path, assets: Path) -> None:
    picture = np.asarray(cv2.imread(str(assets / "videos" / "protest_still.jpg")), np.uint8)
    [ours] = OpenVinoDetector(exported, name="ours", precision="f32").detect([picture])
    [given] = OpenVinoDetector(assets / "models" / "yolov8n_rebuilt.onnx", name="given", precision="f32").detect(
        [picture]
    )
    assert len(ours) == len(given) > 10
    assert ours.boxes == pytest.approx(given.boxes, abs=1)
    assert ours.scores == pytest.approx(given.scores, abs=0.01)


def test_the_same_weights_give_the_same_file(exported: Path, weights: Path, settings: ExportSettings) -> None:
    again = exported.parent / "again.onnx"
    quick = settings.model_copy(update={"checked_sizes": ((32, 32),)})
    export(weights, again, quick)
    assert again.read_bytes() == exported.read_bytes()
    again.unlink()
    again.with_suffix(".json").unlink()


def test_one_wrong_weight_is_noticed(
    exported: Path, checkpoint: Checkpoint, settings: ExportSettings, tmp_path: Path
) -> None:
    spoilt = onnx.load(exported)
    kernel = next(tensor for tensor in spoilt.graph.initializer if len(tensor.dims) == 4)
    values = numpy_helper.to_array(kernel).copy()
    values.flat[0] += 0.5
    kernel.CopyFrom(numpy_helper.from_array(values, kernel.name))
    onnx.save(spoilt, tmp_path / "spoilt.onnx")
    quick = settings.model_copy(update={"checked_sizes": ((96, 160),)})
    found = compare(checkpoint.network, tmp_path / "spoilt.onnx", quick)
    assert quick.halved is not None
    with pytest.raises(ModelDiffers, match="differs from its weights by"):
        _refuse_difference(found, quick.halved)


def test_a_result_that_differs_is_not_written(weights: Path, settings: ExportSettings, tmp_path: Path) -> None:
    impossible = settings.model_copy(update={"checked_sizes": ((96, 160),), "max_box_difference_px": 1e-12})
    with pytest.raises(ModelDiffers, match="allowed are 1e-12 px"):
        export(weights, tmp_path / "detector.onnx", impossible)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("field", ["box_px", "log_odds", "heads"])
@pytest.mark.parametrize("value", [float("nan"), float("inf"), 0.03])
def test_a_difference_that_is_no_number_is_no_agreement(settings: ExportSettings, field: str, value: float) -> None:
    good = Difference(0.0, 0.0)
    _refuse_difference(good, settings)
    with pytest.raises(ModelDiffers):
        _refuse_difference(replace(good, **{field: value}), settings)


class Intruder:
    """What a malicious checkpoint looks like: loading it as a pickle would run a command."""

    def __init__(self, evidence: Path) -> None:
        self.evidence = evidence

    def __reduce__(self) -> tuple[object, tuple[str]]:
        return os.system, (f"touch {self.evidence}",)


def test_a_checkpoint_runs_no_code(tmp_path: Path) -> None:
    torch.save({"model": Intruder(tmp_path / "evidence")}, tmp_path / "bad.pt")
    with pytest.raises(BadInput, match="cannot be read"):
        open_checkpoint(tmp_path / "bad.pt")
    assert not (tmp_path / "evidence").exists()


@pytest.mark.parametrize("content", [b"", b"no pickle", b"PK\x03\x04 cut short", b"GIF89a"])
def test_a_file_that_is_no_checkpoint_is_refused_in_one_line(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "weights.pt"
    path.write_bytes(content)
    with pytest.raises(BadInput, match=r"weights\.pt cannot be read; expected") as refused:
        open_checkpoint(path)
    assert "\n" not in str(refused.value)


def test_another_kind_of_network_is_refused_by_its_name(tmp_path: Path) -> None:
    torch.save({"model": torch.nn.Linear(2, 2)}, tmp_path / "linear.pt")
    with pytest.raises(BadInput, match="hold a Linear; expected a YOLOv8 detector"):
        open_checkpoint(tmp_path / "linear.pt")


def test_the_command_line_says_what_is_wrong_in_one_line(tmp_path: Path) -> None:
    result = command(tmp_path / "missing.pt", tmp_path / "out.onnx", home=tmp_path / "home")
    assert result.returncode == 2
    assert result.stderr == f"error: weights {tmp_path / 'missing.pt'} are not a file that ends in .pt\n"


@pytest.mark.parametrize(
    ("source", "target", "complaint"),
    [
        ("model.onnx", "out.onnx", r"model\.onnx are not a file that ends in \.pt"),
        ("missing.pt", "out.xml", r"out\.xml must end in \.onnx"),
    ],
)
def test_a_file_of_the_wrong_kind_is_named(
    tmp_path: Path, settings: ExportSettings, source: str, target: str, complaint: str
) -> None:
    (tmp_path / "model.onnx").touch()
    with pytest.raises(BadInput, match=complaint):
        export(tmp_path / source, tmp_path / target, settings)


def test_a_target_that_cannot_be_written_is_named(weights: Path, settings: ExportSettings, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    quick = settings.model_copy(update={"checked_sizes": ((32, 32),)})
    with pytest.raises(BadInput, match=r"detector\.onnx cannot be written"):
        export(weights, tmp_path / "file" / "detector.onnx", quick)


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"opset": 99}, r"export\.opset"),
        ({"traced_size": [480, 641]}, r"export\.traced_size\.1.*multiple of 32"),
        ({"checked_sizes": []}, r"export\.checked_sizes"),
        ({"colour": "red"}, r"export\.colour.*not permitted"),
    ],
)
def test_a_wrong_parameter_is_named(change: dict[str, object], complaint: str, tmp_path: Path) -> None:
    file = yaml.safe_load(CONFIGURATION.read_text())
    file["export"] |= change
    (tmp_path / "training.yaml").write_text(yaml.safe_dump(file))
    with pytest.raises(BadInput, match=rf"^training\.yaml: {complaint}"):
        TrainingSettings.load(tmp_path / "training.yaml")


@pytest.mark.parametrize("text", [None, "export: [", "", "- 1"])
def test_a_file_that_holds_no_parameters_is_refused_in_one_line(text: str | None, tmp_path: Path) -> None:
    path = tmp_path / "training.yaml"
    if text is not None:
        path.write_text(text)
    with pytest.raises(BadInput, match=r"training\.yaml") as refused:
        TrainingSettings.load(path)
    assert "\n" not in str(refused.value)

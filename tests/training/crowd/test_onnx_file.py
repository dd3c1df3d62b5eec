"""A model with two readings in one file: as exact as it says, and read alike by both runtimes."""

import inference.detect.ultralytics_quiet  # noqa: F401  # before torch, which reads what it sets

# isort: split

import json
from dataclasses import asdict
from pathlib import Path

import cv2
import numpy as np
import onnx
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from domain.errors import BadInput
from inference.crowd.yolo_density import YoloDensity, _onto, gives_density
from inference.detect.onnx import OnnxDetector
from inference.detect.openvino import OpenVinoDetector
from training.checkpoint import open_detector
from training.crowd.density import open_crowd
from training.crowd.network import BranchShape, CrowdNetwork
from training.crowd.onnx_file import halved
from training.export import export
from training.settings import TrainingSettings

SHAPE = BranchShape(width=8, early=4, dilations=(1, 2))


@pytest.fixture(scope="module")
def detector(assets: Path) -> Path:
    return assets / "models" / "yolov8n_rebuilt.pt"


@pytest.fixture(scope="module")
def weights(detector: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A branch that was never trained; its map is not flat."""
    torch.manual_seed(4)
    branch = CrowdNetwork(open_detector(detector), SHAPE).branch
    torch.nn.init.normal_(branch.last.weight, std=1.0)
    path = tmp_path_factory.mktemp("branch") / "density.pt"
    torch.save({"shape": asdict(SHAPE), "branch": branch.state_dict()}, path)
    return path


@pytest.fixture(scope="module")
def made(detector: Path, weights: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("made") / "two.onnx"
    settings = TrainingSettings.load().export.model_copy(update={"checked_sizes": ((96, 160), (64, 64))})
    export(detector, path, settings, weights)
    return path


@pytest.fixture(scope="module")
def alone(detector: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A branch with a trunk of its own, which is not the detector's."""
    torch.manual_seed(4)
    network = CrowdNetwork(open_detector(detector), SHAPE, tuned=True)
    torch.nn.init.normal_(network.branch.last.weight, std=1.0)
    with torch.no_grad():
        for weight in network.trunk.parameters():
            weight.mul_(1.05)
    folder = tmp_path_factory.mktemp("alone")
    state = {
        "shape": asdict(SHAPE),
        "branch": network.branch.state_dict(),
        "trunk": network.trunk.state_dict(),
    }
    torch.save(state, folder / "tuned.pt")
    settings = TrainingSettings.load().export.model_copy(update={"checked_sizes": ((96, 160), (64, 64))})
    export(detector, folder / "map.onnx", settings, folder / "tuned.pt")
    return folder


@pytest.fixture(scope="module")
def picture(assets: Path) -> np.ndarray:
    return np.asarray(cv2.imread(str(assets / "videos" / "protest_still.jpg")), np.uint8)


def test_weights_take_half_the_room(made: Path, assets: Path) -> None:
    assert made.stat().st_size < 0.55 * (assets / "models" / "yolov8n_rebuilt.onnx").stat().st_size
    assert gives_density(made)
    assert not gives_density(assets / "models" / "yolov8n_rebuilt.onnx")


def test_a_branch_with_a_trunk_of_its_own_becomes_a_network_for_the_map_alone(
    alone: Path, made: Path, detector: Path, picture: np.ndarray
) -> None:
    path = alone / "map.onnx"
    assert [output.name for output in onnx.load(path).graph.output] == ["density"]
    assert gives_density(path)
    assert path.stat().st_size < made.stat().st_size
    told = json.loads(path.with_suffix(".json").read_text())
    assert told["output"] is None
    assert told["classes"] is None

    network, own = open_crowd(alone / "tuned.pt", open_detector(detector))
    assert own
    small = np.asarray(cv2.resize(picture, (160, 96)), np.uint8)
    with torch.inference_mode():
        wanted = network(torch.from_numpy(small[..., ::-1].copy()).permute(2, 0, 1)[None] / 255)[0, 0].numpy()
    read = YoloDensity(path, name="m").read(small).heads
    np.testing.assert_allclose(read[read > 0], wanted[read > 0], rtol=0.02, atol=0.02 * float(wanted.max()))


def test_openvino_and_onnx_runtime_find_the_same_people(made: Path, picture: np.ndarray) -> None:
    [ours] = OpenVinoDetector(made, name="a", precision="f32").detect([picture])
    [theirs] = OnnxDetector(made, name="b", precision="f32").detect([picture])
    assert len(ours) == len(theirs) > 10
    assert ours.boxes == pytest.approx(theirs.boxes, abs=0.2)
    assert ours.scores == pytest.approx(theirs.scores, abs=1e-3)


def test_the_map_that_comes_with_the_boxes_is_the_map_that_is_read_alone(made: Path, picture: np.ndarray) -> None:
    """At one input size, but for the border, which lies at another place."""
    small = np.asarray(cv2.resize(picture, (640, 352)), np.uint8)
    with_boxes = OpenVinoDetector(made, name="a", precision="f32", density=True)
    assert with_boxes.reads_density
    [found] = with_boxes.detect([small])
    alone = YoloDensity(made, name="b", longest=640).read(small)
    assert found.density is not None
    assert found.density.heads.shape == alone.heads.shape == (44, 80)
    assert (found.density.step, found.density.stride) == (alone.step, alone.stride) == (8.0, 8)
    shown = alone.heads > 0  # the closer reader also knows a blank when it sees one
    assert shown.mean() > 0.8
    np.testing.assert_allclose(found.density.heads[shown], alone.heads[shown], rtol=1e-3, atol=1e-4)


def test_a_picture_that_is_shrunk_keeps_its_scale(made: Path, picture: np.ndarray) -> None:
    read = YoloDensity(made, name="b", longest=320).read(picture)
    height, width = picture.shape[:2]
    scale = 320 / max(height, width)
    assert read.step == pytest.approx(8 / scale)
    assert read.heads.shape == (-(-round(height * scale) // 8), -(-round(width * scale) // 8))
    assert (read.heads >= 0).all()


def test_halving_changes_a_weight_by_a_thousandth_at_most(made: Path) -> None:
    model = onnx.load(made)
    narrow = [weight for weight in model.graph.initializer if weight.data_type == onnx.TensorProto.FLOAT16]
    assert len(narrow) > 50
    assert len(halved(model).graph.initializer) == len(onnx.load(made).graph.initializer), "twice is once"


def test_a_branch_of_another_trunk_is_refused(weights: Path, assets: Path, tmp_path: Path) -> None:
    (tmp_path / "text.pt").write_text("no weights")
    detector = open_detector(assets / "models" / "yolov8n_rebuilt.pt")
    with pytest.raises(BadInput, match=r"text\.pt cannot be read"):
        open_crowd(tmp_path / "text.pt", detector)
    state = torch.load(weights, weights_only=True)
    state["branch"]["join.0.weight"] = state["branch"]["join.0.weight"][:, 1:]
    torch.save(state, tmp_path / "other.pt")
    with pytest.raises(BadInput, match=r"other\.pt cannot be read with this detector"):
        open_crowd(tmp_path / "other.pt", detector)


def test_a_model_without_a_map_is_no_density_model(assets: Path) -> None:
    with pytest.raises(BadInput, match="has no output 'density'"):
        YoloDensity(assets / "models" / "yolov8n_rebuilt.onnx", name="x")


def test_a_second_closer_look_keeps_the_grid_and_adds_its_heads(made: Path, picture: np.ndarray) -> None:
    once = YoloDensity(made, name="b", longest=320).read(picture)
    twice = YoloDensity(made, name="b", longest=320, closer=1.5).read(picture)
    assert (twice.heads.shape, twice.step, twice.stride) == (once.heads.shape, once.step, once.stride)
    assert float(twice.heads.sum()) != pytest.approx(float(once.heads.sum()), rel=1e-3)


@given(rows=st.integers(2, 12), columns=st.integers(2, 12), seed=st.integers(0, 99))
def test_a_finer_map_brings_all_its_heads_onto_a_coarser_grid(rows: int, columns: int, seed: int) -> None:
    fine = np.random.default_rng(seed).random((round(rows * 1.5), round(columns * 1.5)), dtype=np.float32)
    coarse = _onto(fine, (rows, columns))
    assert coarse.shape == (rows, columns)
    assert float(coarse.sum()) == pytest.approx(float(fine.sum()), rel=1e-4)
    assert _onto(np.zeros_like(fine), (rows, columns)).sum() == 0


@pytest.mark.parametrize("grey", [0, 114, 255])
def test_a_blank_picture_shows_nobody(made: Path, grey: int) -> None:
    assert YoloDensity(made, name="b").read(np.full((480, 640, 3), grey, np.uint8)).heads.sum() == 0

"""Which runtime made-up machines would use."""

from pathlib import Path

import pytest
from pydantic import BaseModel

from domain.errors import BadInput
from inference.detect.choice import Choice, Hardware, Installed, Int8, Way, choose_backend, ways_here
from inference.detect.quantised import CountCheck, Paper, int8_at_hand, sha256_of
from inference.detect.spec import ModelSpec

SPEC = ModelSpec(title="a model", licence="x", asset="m.onnx", checkpoint="m.pt", int8="m-int8.xml")
GPU = Hardware(gpus=("NVIDIA H200",), cpu_kinds=frozenset({"FP32", "BF16"}))
NEW_CPU = Hardware(cpu_kinds=frozenset({"FP32", "BF16", "INT8"}))
OLD_CPU = Hardware(cpu_kinds=frozenset({"FP32", "INT8"}))
ARM = Hardware(cpu_kinds=frozenset({"FP32", "FP16"}))
CPU_ONLY = frozenset({"CPUExecutionProvider"})
ALL = Installed(
    onnx_providers=CPU_ONLY | {"CUDAExecutionProvider", "TensorrtExecutionProvider"},
    tensorrt=True,
    torch=True,
    torch_cuda=True,
)
TORCH = Installed(torch=True, torch_cuda=True)
CHECKED = Int8("/made/m-int8.xml", "count MAE 0.38 in int8, 0.38 in f32")


@pytest.mark.parametrize(
    ("hardware", "installed", "int8", "expected"),
    [
        (GPU, ALL, None, "ONNX Runtime with TensorRT in f16"),
        (GPU, TORCH, None, "torch with CUDA in f16"),
        (GPU, Installed(onnx_providers=ALL.onnx_providers), None, "ONNX Runtime with CUDA in f16"),
        (GPU, Installed(), None, "OpenVINO in bf16"),
        (GPU, Installed(torch=True), None, "OpenVINO in bf16"),
        (NEW_CPU, ALL, CHECKED, "OpenVINO in bf16"),
        (ARM, Installed(), CHECKED, "OpenVINO in f16"),
        (OLD_CPU, Installed(), CHECKED, "OpenVINO in int8"),
        (OLD_CPU, Installed(), Int8(None, "0.40 in int8, 0.38 in f32"), "OpenVINO in f32"),
        (OLD_CPU, TORCH, None, "OpenVINO in f32"),
        (OLD_CPU, Installed(openvino=False), CHECKED, "ONNX Runtime in f32"),
        (OLD_CPU, Installed(openvino=False, onnx_providers=frozenset(), torch=True), None, "torch in f32"),
    ],
)
def test_the_fastest_that_the_machine_has_is_taken(
    hardware: Hardware, installed: Installed, int8: Int8 | None, expected: str
) -> None:
    assert choose_backend(hardware, SPEC, installed, int8).words == expected


@pytest.mark.parametrize(
    ("speeds", "expected", "rest"),
    [
        ({"f32": 35.0, "bf16": 50.0, "int8": 26.0, "int8+bf16": 33.0}, "OpenVINO in int8", "f32"),
        ({"f32": 45.0, "bf16": 25.0, "int8": 30.0, "int8+bf16": 22.0}, "OpenVINO in int8", "bf16"),
        ({"f32": 45.0, "bf16": 20.0, "int8": 30.0, "int8+bf16": 22.0}, "OpenVINO in bf16", None),
        ({"f32": 25.0, "bf16": 24.5, "int8": 24.8, "int8+bf16": 24.9}, "OpenVINO in f32", None),
    ],
    ids=["bf16 is slow here", "all is quick", "int8 is slow", "hardly a difference: the exactest"],
)
def test_what_was_measured_here_counts_more_than_what_the_processor_says(
    speeds: dict[Way, float], expected: str, rest: str | None
) -> None:
    choice = choose_backend(NEW_CPU, SPEC, Installed(), CHECKED, speeds)
    assert (choice.words, choice.rest) == (expected, rest)
    assert "measured here at" in choice.reason


def test_an_8_bit_model_that_may_not_be_used_is_told_of_however_fast_it_would_be() -> None:
    refused = Int8(None, "count MAE 0.40 in int8, 0.38 in f32")
    choice = choose_backend(NEW_CPU, SPEC, Installed(), refused, {"f32": 35.0, "bf16": 50.0})
    assert choice.words == "OpenVINO in f32"
    assert any("0.40 in int8" in passed for passed in choice.passed_over)


def test_the_ways_of_a_machine_are_those_it_can_compute() -> None:
    assert ways_here(OLD_CPU, None) == ["f32"]
    assert ways_here(ARM, Int8(None, "no")) == ["f32", "f16"]
    assert ways_here(NEW_CPU, CHECKED) == ["f32", "bf16", "int8", "int8+bf16"]


def test_the_file_is_the_one_that_the_runtime_reads() -> None:
    def asset(hardware: Hardware, installed: Installed) -> str:
        return choose_backend(hardware, SPEC, installed, CHECKED).asset

    assert asset(GPU, ALL) == "m.onnx"
    assert asset(GPU, TORCH) == "m.pt"
    assert asset(OLD_CPU, Installed()) == "/made/m-int8.xml"


def test_what_would_be_faster_is_told_with_what_it_lacks() -> None:
    choice = choose_backend(GPU, SPEC, Installed(), None)
    assert choice.passed_over == (
        "ONNX Runtime with TensorRT in f16: this onnxruntime lacks TensorrtExecutionProvider",
        "torch with CUDA in f16: torch with CUDA is not installed",
        "ONNX Runtime with CUDA in f16: this onnxruntime lacks CUDAExecutionProvider",
    )


def test_an_eight_bit_model_that_counts_too_badly_is_passed_over_with_the_numbers() -> None:
    choice = choose_backend(OLD_CPU, SPEC, Installed(), Int8(None, "count MAE 0.40 in int8, 0.38 in f32"))
    assert "OpenVINO in int8: count MAE 0.40 in int8, 0.38 in f32" in choice.passed_over


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"backend": "onnx"}, "ONNX Runtime with TensorRT in f16"),
        ({"backend": "openvino"}, "OpenVINO in bf16"),
        ({"backend": "torch"}, "torch with CUDA in f16"),
        ({"precision": "f32"}, "OpenVINO in f32"),
        ({"backend": "onnx", "precision": "f32"}, "ONNX Runtime in f32"),
    ],
)
def test_a_venue_may_narrow_the_choice(given: dict[str, str], expected: str) -> None:
    spec = ModelSpec.model_validate(SPEC.model_dump() | given)
    assert choose_backend(GPU, spec, ALL).words == expected


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        ({"backend": "torch"}, "torch is not installed"),
        ({"precision": "int8"}, "not made here"),
        ({"backend": "torch", "precision": "int8"}, "no such pair"),
        ({"backend": "torch", "asset": "m.onnx", "checkpoint": None}, "torch in f32"),
    ],
)
def test_where_there_is_no_way_each_says_what_it_lacks(given: dict[str, str], reason: str) -> None:
    spec = ModelSpec.model_validate(SPEC.model_dump() | given)
    with pytest.raises(BadInput, match=f"cannot be run here.*{reason}"):
        choose_backend(OLD_CPU, spec, Installed())


def paper_of(model: Path, source: Path, full: float, int8: float) -> Paper:
    return Paper(
        source=source.name,
        source_sha256=sha256_of(source),
        xml_sha256=sha256_of(model),
        bin_sha256=sha256_of(model.with_suffix(".bin")),
        calibrated_on={"clip": 9},
        check=CountCheck(footage="clip", frames=9, full_mae=full, int8_mae=int8),
        made_with={},
    )


class Shelf(BaseModel):
    """An eight-bit model on disk, its source, and its paper."""

    model: Path
    source: Path

    def write(self, full: float, int8: float) -> Int8:
        paper = paper_of(self.model, self.source, full, int8)
        self.model.with_suffix(".json").write_text(paper.model_dump_json())
        return int8_at_hand(self.model, self.source)


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    shelf = Shelf(model=tmp_path / "m-int8.xml", source=tmp_path / "m.onnx")
    for path in (shelf.model, shelf.model.with_suffix(".bin"), shelf.source):
        path.write_text(path.name)
    return shelf


@pytest.mark.parametrize(
    ("full", "int8", "used"), [(1.0, 0.5, True), (1.0, 1.029, True), (1.0, 1.031, False), (0.0, 0.1, False)]
)
def test_eight_bits_may_cost_three_percent_of_the_counting_error(
    shelf: Shelf, full: float, int8: float, *, used: bool
) -> None:
    said = shelf.write(full, int8)
    assert (said.path is not None) is used
    assert f"count MAE {int8:.3f} in int8, {full:.3f} in f32" in said.said


def test_an_eight_bit_model_without_its_paper_is_not_used(shelf: Shelf) -> None:
    said = int8_at_hand(shelf.model, shelf.source)
    assert said.path is None
    assert "no m-int8.json beside it" in said.said
    assert int8_at_hand(shelf.model.with_name("none.xml"), shelf.source).path is None


@pytest.mark.parametrize("changed", ["m-int8.xml", "m-int8.bin", "m.onnx"])
def test_a_paper_is_of_these_very_bytes(shelf: Shelf, changed: str) -> None:
    assert shelf.write(1.0, 1.0).path is not None
    (shelf.model.parent / changed).write_text("other bytes")
    said = int8_at_hand(shelf.model, shelf.source)
    assert said.path is None
    assert "is not the one that" in said.said or "made from another" in said.said


def test_a_choice_knows_its_words() -> None:
    assert Choice("openvino", "cpu", "bf16", "m.onnx", "x").words == "OpenVINO in bf16"

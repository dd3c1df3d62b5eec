"""What doctor says about the detector: which, on what, why, and from where."""

from pathlib import Path

import pytest

from domain.settings import Settings
from headroom.doctor import Finding, Verdict, _model
from inference.detect.box import this_hardware
from inference.models import ModelTable


def told(settings: Settings) -> list[Finding]:
    return list(_model(settings))


def with_default(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """Another model by default than our own, which is always at hand."""
    table = ModelTable.load().model_copy(update={"default": name})
    monkeypatch.setattr(ModelTable, "load", lambda: table)


def test_the_detector_is_told_with_runtime_reason_and_file(
    assets: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with_default(monkeypatch, "yolov8n-rebuilt")
    detector, *rest = told(Settings(assets=assets, data=tmp_path))
    assert detector.verdict is Verdict.FINE
    assert detector.detail.startswith("yolov8n-rebuilt by ")
    assert "local, " in detector.detail
    assert str(assets / "models") in detector.detail
    if not this_hardware().gpus:
        assert detector.detail.startswith("yolov8n-rebuilt by OpenVINO in ")
        assert "no NVIDIA GPU" in rest[0].detail


def test_a_fresh_machine_has_our_own(tmp_path: Path) -> None:
    detector, *_ = told(Settings(data=tmp_path))
    assert detector.verdict is Verdict.FINE
    assert detector.detail.startswith("crowd-n by ")
    assert "shipped, " in detector.detail
    assert detector.detail.endswith("inference/models/crowd-n.onnx")


def test_a_detector_that_cannot_be_had_is_missing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with_default(monkeypatch, "yolov8n-rebuilt")
    (detector,) = told(Settings(data=tmp_path))
    assert detector.verdict is Verdict.MISSING
    assert "only found in HEADROOM_ASSETS" in detector.detail

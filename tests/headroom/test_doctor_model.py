"""What doctor says about the detector: which, on what, why, and from where."""

from pathlib import Path

from domain.settings import Settings
from headroom.doctor import Finding, Verdict, _model
from inference.detect.box import this_hardware


def told(settings: Settings) -> list[Finding]:
    return list(_model(settings))


def test_the_detector_is_told_with_runtime_reason_and_file(assets: Path, tmp_path: Path) -> None:
    detector, *rest = told(Settings(assets=assets, data=tmp_path))
    assert detector.verdict is Verdict.FINE
    assert detector.detail.startswith("yolov8n-rebuilt by ")
    assert "local, " in detector.detail
    assert str(assets / "models") in detector.detail
    if not this_hardware().gpus:
        assert detector.detail.startswith("yolov8n-rebuilt by OpenVINO in ")
        assert "no NVIDIA GPU" in rest[0].detail


def test_a_detector_that_cannot_be_had_is_missing(tmp_path: Path) -> None:
    (detector,) = told(Settings(data=tmp_path))
    assert detector.verdict is Verdict.MISSING
    assert "only found in HEADROOM_ASSETS" in detector.detail

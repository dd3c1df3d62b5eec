"""How fast each arithmetic is, measured once and remembered for exactly these files on this machine."""

from pathlib import Path
from time import sleep

from inference.detect.speeds import known_speeds, measure_speeds, remember


def _files(folder: Path) -> tuple[Path, Path]:
    graph, int8 = folder / "m.onnx", folder / "m-int8.xml"
    graph.write_bytes(b"graph")
    int8.write_bytes(b"int8")
    return graph, int8


def test_the_quicker_way_takes_fewer_milliseconds() -> None:
    def looks(pictures: int) -> int:
        sleep(0.02)
        return pictures

    speeds = measure_speeds({"f32": lambda: lambda: looks(1), "bf16": lambda: lambda: looks(4)})
    assert speeds["f32"] > 2 * speeds["bf16"] > 0


def test_what_was_measured_is_known_at_the_next_start(tmp_path: Path) -> None:
    graph, int8 = _files(tmp_path)
    assert known_speeds(tmp_path / "cache", graph) == {}
    remember(tmp_path / "cache", graph, None, {"f32": 35.001, "bf16": 50.0})
    remember(tmp_path / "cache", graph, int8, {"f32": 35.0, "int8": 26.0})
    assert known_speeds(tmp_path / "cache", graph) == {"f32": 35.0, "bf16": 50.0}
    assert known_speeds(tmp_path / "cache", graph, int8) == {"f32": 35.0, "int8": 26.0}


def test_another_model_is_measured_again(tmp_path: Path) -> None:
    graph, int8 = _files(tmp_path)
    remember(tmp_path, graph, int8, {"f32": 35.0})
    int8.write_bytes(b"another")
    assert known_speeds(tmp_path, graph, int8) == {}
    assert known_speeds(None, graph) == {}
    assert known_speeds(tmp_path, None) == {}


def test_a_damaged_file_costs_a_measurement_and_nothing_else(tmp_path: Path) -> None:
    graph, _ = _files(tmp_path)
    (tmp_path / "speeds.json").write_text("[1, 2")
    assert known_speeds(tmp_path, graph) == {}
    remember(tmp_path, graph, None, {"f32": 35.0})
    assert known_speeds(tmp_path, graph) == {"f32": 35.0}

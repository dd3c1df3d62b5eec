"""Nothing that detects writes to the home folder, which is where runtimes keep what they mean to tell their makers."""

import os
import subprocess
import sys
from pathlib import Path

import pytest


@pytest.mark.parametrize("module", ["inference.models", "inference.detect.onnx", "inference.detect.torch"])
def test_the_home_folder_is_left_alone(module: str, tmp_path: Path) -> None:
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("XDG_", "ORT_", "CI"))}
    code = f"import {module}"
    subprocess.run((sys.executable, "-c", code), env=environment | {"HOME": str(tmp_path)}, check=True, timeout=60)
    assert list(tmp_path.rglob("*")) == []

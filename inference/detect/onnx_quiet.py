"""Take ONNX Runtime from here: from 1.29 on it tells its maker of every import, unless it is told not to before."""

import os

os.environ["ORT_DISABLE_TELEMETRY"] = "1"

import onnxruntime as ort

__all__ = ["ort"]

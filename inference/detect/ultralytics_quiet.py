"""Import this before torch and ultralytics: they read these when they are imported.

No settings in the home folder, no installs, no calls home, and no code from a checkpoint (a .pt file is a pickle: only
the classes of ultralytics and torch are let through).
"""

import atexit
import os
import shutil
import tempfile

os.environ["YOLO_CONFIG_DIR"] = tempfile.mkdtemp(prefix="headroom-ultralytics-")
os.environ["YOLO_AUTOINSTALL"] = "false"
os.environ["YOLO_OFFLINE"] = "true"
os.environ["YOLO_VERBOSE"] = "false"
os.environ["ULTRALYTICS_SAFE_LOAD"] = "true"
# Torch's threads sleep at their barriers. Spinning, as they would, they wait for one that another process keeps off its
# core: beside busy cameras a frame took 1.4 s in place of 0.11 s.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")

from ultralytics.utils import SETTINGS

atexit.register(shutil.rmtree, os.environ["YOLO_CONFIG_DIR"], ignore_errors=True)
SETTINGS.update(sync=False)  # type: ignore[no-untyped-call]  # "sync" is what it calls telemetry

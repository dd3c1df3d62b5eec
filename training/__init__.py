"""Labels become a model: so far, a trained one is exported."""

import sys
from typing import Any

# Importing openvino tells its maker, over the network and unasked, unless its telemetry package cannot be found.
_modules: dict[str, Any] = sys.modules
_modules.setdefault("openvino_telemetry", None)

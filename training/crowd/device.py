"""Where training runs, as ultralytics names it: ``cpu``, ``0``, or for several GPUs ``0,1``."""


def first_of(device: str) -> str:
    """Of several GPUs the first, as torch names it."""
    return "cpu" if device == "cpu" else f"cuda:{device.split(',', maxsplit=1)[0]}"

"""Which processes a test has made."""

import psutil


def capture_processes(parent: int | None = None) -> list[psutil.Process]:
    """Living capture processes that are children of ``parent`` (this process by default)."""
    found = []
    for child in psutil.Process(parent).children():
        try:
            if "ingest.capture" in child.cmdline():
                found.append(child)
        except psutil.Error:  # it ended between the two questions, or waits for its parent to notice that it did
            continue
    return found

"""What a measurement was made on."""

import os
import platform
from pathlib import Path

import psutil


def machine() -> str:
    """Processor, threads, memory and system, in one line."""
    memory_gb = psutil.virtual_memory().total / 1e9
    threads = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return f"{_processor()}, {threads} threads, {memory_gb:.0f} GB, {platform.system()} {platform.machine()}"


def _processor() -> str:
    """As Linux names it; elsewhere as Python does."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        lines = []
    named = next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), "")
    return named or platform.processor() or "processor unknown"

"""What a run cost: seconds, GPU seconds and, where the machine counts it, energy.

Energy is read from counters that only go up: NVIDIA's (NVML) of each GPU, and Intel's or AMD's (RAPL) of each processor
package, whoever used it meanwhile. A machine without a counter, or one that only root may read, has no figure; it is
never zero.
"""

import threading
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from time import monotonic
from typing import Final, Protocol, Self

import pynvml  # comes with mlflow

SAMPLE_S: Final = 30.0
"""Between two looks at the counters. RAPL's start over after 262 kJ, 40 minutes at 100 W."""
POWERCAP: Final = Path("/sys/class/powercap")


class Counter(Protocol):
    """An energy counter."""

    def joules(self) -> float | None:
        """Counted since the counter began; ``None``: it cannot be read."""
        ...

    @property
    def starts_over_j(self) -> float | None:
        """At what it starts again from zero; ``None``: it does not."""
        ...


class Package:
    """A processor package's RAPL counter, a folder of Linux's powercap."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        most = self._read("max_energy_range_uj")
        self.starts_over_j = None if most is None else most / 1e6

    def joules(self) -> float | None:
        """See :class:`Counter`."""
        value = self._read("energy_uj")
        return None if value is None else value / 1e6

    def _read(self, name: str) -> int | None:
        try:
            return int((self._folder / name).read_text())
        except (OSError, ValueError):
            return None


class Gpu:
    """An NVIDIA GPU's counter (Volta and later)."""

    starts_over_j: float | None = None

    def __init__(self, index: int) -> None:
        self._index = index

    def joules(self) -> float | None:
        """See :class:`Counter`."""
        try:
            pynvml.nvmlInit()
            handle = pynvml.nvmlDeviceGetHandleByIndex(self._index)
            return float(pynvml.nvmlDeviceGetTotalEnergyConsumption(handle)) / 1e3
        except pynvml.NVMLError:
            return None


def packages(folder: Path = POWERCAP) -> list[Package]:
    """The processor packages of this machine; none where the kernel tells nothing."""
    return [Package(path) for path in sorted(folder.glob("intel-rapl:*")) if path.name.count(":") == 1]


class Used:
    """Energy that one counter saw pass since the first look. Two looks must be less than one turn of it apart."""

    def __init__(self, counter: Counter) -> None:
        self._counter, self._last = counter, counter.joules()
        self.joules: float | None = None if self._last is None else 0.0

    def look(self) -> None:
        """Take in what passed since the last look; a counter that cannot be read once makes the sum unknown."""
        now = self._counter.joules()
        if now is None or self._last is None or self.joules is None:
            self.joules = None
            return
        step = now - self._last
        turn = self._counter.starts_over_j
        if step < 0:
            step = step + turn if turn is not None else 0.0
        self._last, self.joules = now, self.joules + step


class Meter:
    """Reads the counters while a run lasts: use it with ``with``.

    Args:
        gpus: indices of the GPUs that the run holds; none on a processor.
        before: what earlier parts of the same run had cost, as :meth:`cost` gave it.
        sampled: told of the cost after each look, from another thread.
        counters: of the processor's packages.
    """

    def __init__(
        self,
        gpus: Iterable[int] = (),
        before: Mapping[str, float] | None = None,
        sampled: Callable[[], object] = lambda: None,
        counters: Iterable[Counter] | None = None,
    ) -> None:
        self._gpus, self._before, self._sampled = tuple(gpus), before, sampled
        self._started = monotonic()
        self._energy = {
            "cost_gpu_energy_j": [Used(Gpu(index)) for index in self._gpus],
            "cost_processor_energy_j": [Used(counter) for counter in (packages() if counters is None else counters)],
        }
        self._end, self._lock = threading.Event(), threading.Lock()
        self._thread = threading.Thread(target=self._watch, name="cost", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._end.set()
        self._thread.join()

    def cost(self) -> dict[str, float]:
        """What the run has cost so far, earlier parts included; what is not known of every part is absent."""
        with self._lock:
            now = {"cost_wall_s": monotonic() - self._started}
            if self._gpus:
                now["cost_gpu_s"] = now["cost_wall_s"] * len(self._gpus)
            for name, counters in self._energy.items():
                for used in counters:
                    used.look()
                known = [used.joules for used in counters if used.joules is not None]
                if counters and len(known) == len(counters):
                    now[name] = sum(known)
        return now if self._before is None else _together(now, self._before)

    def _watch(self) -> None:
        while not self._end.wait(SAMPLE_S):
            self._sampled()


def _together(now: Mapping[str, float], before: Mapping[str, float]) -> dict[str, float]:
    """Both parts; a part on a processor alone held no GPU, but energy that one part does not know is not known."""
    energy = {name: now[name] + before[name] for name in now.keys() & before.keys() if name.endswith("_j")}
    seconds = {name: now.get(name, 0.0) + before.get(name, 0.0) for name in now.keys() | before.keys()}
    return {name: value for name, value in seconds.items() if name.endswith("_s")} | energy

"""YOLOv8 on a GPU by torch: captured once as a CUDA graph from bytes to boxes, then replayed.

While the GPU looks at one group of pictures, the processor fits the next into page-locked memory. The same code runs on
a processor, without graph and streams, which is how it is tested.
"""

from collections import OrderedDict, deque
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Final

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from inference.detect.base import Detections, Picture
from inference.detect.groups import by_letterbox
from inference.detect.heads import Limits
from inference.detect.letterbox import GREY, Letterbox
from inference.detect.torch_table import table_of

_MOST_AT_ONCE: Final = 32
"""Pictures of one graph; of a larger batch, fitting the next pictures hides behind looking at these."""
_IN_FLIGHT: Final = 2
_SIZES_KEPT: Final = 8
_WARM_UP: Final = 3
"""Runs before a capture, in which cuDNN chooses its algorithms; torch's own advice."""
_FITTERS: Final = 8


class Pass:
    """A group of pictures of one shape on their way through the network; its buffers and, on a GPU, its graph."""

    def __init__(
        self, look: Callable[[Tensor], tuple[Tensor, Tensor]], shape: tuple[int, ...], device: torch.device
    ) -> None:
        self._on_gpu = device.type == "cuda"
        self._look = look
        self._host = torch.empty(shape, dtype=torch.uint8, pin_memory=self._on_gpu)
        self._input = torch.empty(shape, dtype=torch.uint8, device=device)
        self._fit: Letterbox | None = None
        if self._on_gpu:
            self._stream = torch.cuda.Stream(device)  # type: ignore[no-untyped-call]
            self._event = torch.cuda.Event()  # type: ignore[no-untyped-call]
            self._graph = self._captured()

    def start(self, pictures: Sequence[Picture], fit: Letterbox, pool: ThreadPoolExecutor) -> None:
        """Fit the pictures and begin to look at them."""
        inputs = self._host.numpy()
        if fit != self._fit:
            inputs[:] = GREY
            self._fit = fit
        deque(pool.map(fit.apply, pictures, inputs), maxlen=0)
        if not self._on_gpu:
            self._input.copy_(self._host)
            self._table, self._likely = self._look(self._input)
            return
        with torch.cuda.stream(self._stream):
            self._input.copy_(self._host, non_blocking=True)
            self._graph.replay()
            self._host_table.copy_(self._table, non_blocking=True)
            self._host_likely.copy_(self._likely, non_blocking=True)
            self._event.record(self._stream)

    def finish(self, pictures: int) -> tuple[NDArray[np.float32], int]:
        """The table of the first pictures (the rest is spare room), and the most cells that one would have filled."""
        if self._on_gpu:
            self._event.synchronize()
        table, likely = (self._host_table, self._host_likely) if self._on_gpu else (self._table, self._likely)
        return table[:pictures].numpy(), int(likely[:pictures].max())

    def again(self) -> None:
        """Look once more at what lies on the device."""
        if not self._on_gpu:
            self._look(self._input)
            return
        with torch.cuda.stream(self._stream):
            self._graph.replay()
        self._stream.synchronize()

    def _captured(self) -> torch.cuda.CUDAGraph:
        self._input.fill_(GREY[0])
        self._stream.wait_stream(torch.cuda.current_stream())
        with torch.cuda.stream(self._stream):
            for _ in range(_WARM_UP):
                self._look(self._input)
        self._stream.synchronize()
        graph = torch.cuda.CUDAGraph()
        with torch.cuda.graph(graph, stream=self._stream):
            self._table, self._likely = self._look(self._input)
        self._host_table = torch.empty(self._table.shape, pin_memory=True)
        self._host_likely = torch.empty(self._likely.shape, dtype=self._likely.dtype, pin_memory=True)
        return graph


@dataclass(frozen=True)
class _Started:
    going: Pass
    home: deque[Pass]
    fit: Letterbox
    indices: list[int]


class GpuRunner:
    """Batches through passes.

    Args:
        network: as :func:`inference.detect.torch_network.open_network` gives it, on ``device``.
        device: where it is.
        longest: the longer side of the network's input, pixels.
        limits: what counts as a box.
        most: cells looked at in a picture at first, about seven a person; it grows when a crowd needs more.
    """

    def __init__(
        self, network: nn.Module, device: torch.device, *, longest: int, limits: Limits, most: int = 1024
    ) -> None:
        self._network, self._device = network, device
        self._longest, self._limits, self._most = longest, limits, most
        self._kind = next(network.parameters()).dtype
        self._passes: OrderedDict[tuple[int, int, int], deque[Pass]] = OrderedDict()
        self._pool = ThreadPoolExecutor(_FITTERS, "letterbox")

    def detect(self, batch: Sequence[Picture]) -> list[Detections]:
        """One answer a picture, in order."""
        found = [Detections.none()] * len(batch)
        too_many: list[int] = []
        waiting: deque[_Started] = deque()
        try:
            for fit, indices in by_letterbox(batch, self._longest, most=_MOST_AT_ONCE):
                free = self._free(fit, len(indices))
                while not free:
                    too_many += self._take(waiting.popleft(), batch, found)
                free[0].start([batch[index] for index in indices], fit, self._pool)
                waiting.append(_Started(free.popleft(), free, fit, indices))
            while waiting:
                too_many += self._take(waiting.popleft(), batch, found)
        finally:  # pictures that could not be taken must not cost their neighbours' passes
            for started in waiting:
                started.going.finish(1)
                started.home.append(started.going)
        if too_many:  # the tables have been made longer; look at these pictures again
            self._passes.clear()
            for index, again in zip(too_many, self.detect([batch[index] for index in too_many]), strict=True):
                found[index] = again
        return found

    def network_alone(self, picture: Picture, batch: int) -> Callable[[], None]:
        """Look ``batch`` times at what lies on the device already: the limit of any speed."""
        fit = Letterbox.fit(*picture.shape[:2], longest=self._longest)
        self.detect([picture] * min(batch, _MOST_AT_ONCE))
        going = self._free(fit, min(batch, _MOST_AT_ONCE))[0]

        def run() -> None:
            for _ in range(-(-batch // _MOST_AT_ONCE)):
                going.again()

        return run

    @torch.inference_mode()
    def _look(self, pictures: Tensor) -> tuple[Tensor, Tensor]:
        heads = self._network(scaled(pictures, self._kind))
        return table_of(heads, pictures.shape[1], self._limits, self._most)

    def _free(self, fit: Letterbox, count: int) -> deque[Pass]:
        """The idle passes for so many pictures, or for the next power of two, of one size."""
        key = (1 << (count - 1).bit_length(), fit.height, fit.width)
        if key not in self._passes:
            while len(self._passes) >= _SIZES_KEPT:
                self._passes.popitem(last=False)
            self._passes[key] = deque(Pass(self._look, (*key, 3), self._device) for _ in range(_IN_FLIGHT))
        self._passes.move_to_end(key)
        return self._passes[key]

    def _take(self, started: _Started, batch: Sequence[Picture], found: list[Detections]) -> list[int]:
        """Put a pass's answers in their places. Returns the pictures whose crowd did not fit into the table."""
        table, likely = started.going.finish(len(started.indices))
        if likely > self._most:
            self._most = 1 << (likely - 1).bit_length()
        if likely > table.shape[1] and self._cells(started.fit) > table.shape[1]:
            started.home.append(started.going)
            return started.indices
        for rows, index in zip(table, started.indices, strict=True):
            kept = rows[rows[:, 4] > 0]
            boxes = started.fit.to_picture(kept[:, :4], *batch[index].shape[:2])
            found[index] = Detections(boxes, kept[:, 4].copy(), kept[:, 5].astype(np.uint8))
        started.home.append(started.going)
        return []

    @staticmethod
    def _cells(fit: Letterbox) -> int:
        return sum((fit.height // stride) * (fit.width // stride) for stride in (8, 16, 32))


def scaled(pictures: Tensor, kind: torch.dtype) -> Tensor:
    """BGR bytes (n, height, width, 3) as the network takes them; the channels stay last in memory."""
    return pictures.permute(0, 3, 1, 2).to(kind) / 255

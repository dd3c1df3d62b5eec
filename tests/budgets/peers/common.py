"""What every peer's script does alike: read its orders, warm up, run the clip against the clock, say what it found.

A peer is run by path, ``python SCRIPT CLIP WEIGHTS LONGEST WARM_UP``, in a fresh process, and ends with one line of
JSON on standard output. Its model is loaded, and has looked at the clip's first frames, before the clock starts.
"""

import argparse
import atexit
import json
import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.metadata import version
from itertools import islice
from pathlib import Path
from time import perf_counter
from typing import Any

import torch

# No settings in the home folder, no installs while the clock runs, no calls home.
os.environ["YOLO_CONFIG_DIR"] = tempfile.mkdtemp(prefix="headroom-peer-")
atexit.register(shutil.rmtree, os.environ["YOLO_CONFIG_DIR"], ignore_errors=True)
os.environ["YOLO_AUTOINSTALL"] = "false"
os.environ["YOLO_OFFLINE"] = "true"
os.environ["YOLO_VERBOSE"] = "false"

PERSON = 0
"""COCO's class, the only one counted."""


@dataclass(frozen=True)
class Orders:
    """What to run.

    Attributes:
        clip: the video.
        weights: the checkpoint.
        longest: longer side of the network's input, pixels.
        warm_up: frames looked at before the clock starts.
    """

    clip: Path
    weights: Path
    longest: int
    warm_up: int

    @classmethod
    def from_command_line(cls) -> "Orders":
        parser = argparse.ArgumentParser()
        parser.add_argument("clip", type=Path)
        parser.add_argument("weights", type=Path)
        parser.add_argument("longest", type=int)
        parser.add_argument("warm_up", type=int)
        return cls(**vars(parser.parse_args()))


@contextmanager
def only_the_answer_on_stdout() -> Iterator[Callable[[str], object]]:
    """Give a writer to standard output, and send there nothing else: libraries print what they like."""
    answer = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    yield lambda line: print(line, file=answer, flush=True)


def run(packages: Iterable[str], prepare: Callable[[Orders], Callable[[], Iterable[int]]]) -> None:
    """Measure a peer and say what it took.

    Args:
        packages: whose versions are named.
        prepare: loads the model; what it returns counts the clip's frames, from the first, each time it is called.
    """
    orders = Orders.from_command_line()
    with only_the_answer_on_stdout() as answer:
        count = prepare(orders)
        for _ in islice(count(), orders.warm_up):
            pass
        began_s = perf_counter()
        counts = list(count())
        seconds = perf_counter() - began_s
        versions = " ".join(f"{package} {version(package)}" for package in packages)
        answer(
            json.dumps({"counts": counts, "seconds": seconds, "name": versions, "input": list(_seen.get("input", ()))})
        )
    sys.stderr.flush()


_seen: dict[str, tuple[int, int]] = {}


def note_input(network: torch.nn.Module) -> None:
    """Remember the height and width of what the network is really given, the first time."""

    def note(_: object, inputs: tuple[Any, ...]) -> None:
        _seen["input"] = tuple(inputs[0].shape[-2:])
        handle.remove()

    handle = network.register_forward_pre_hook(note)

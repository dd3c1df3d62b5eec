"""A model as a venue wants it run: a row of ``configs/models.yaml``."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from inference.detect.base import PERSON

Backend = Literal["openvino", "onnx", "torch"]
Precision = Literal["f32", "bf16", "f16", "int8"]
Share = Annotated[float, Field(gt=0, lt=1)]


class ModelSpec(BaseModel):
    """One model, in the forms it comes in, and how it is run.

    Attributes:
        title: what it is, in words.
        licence: SPDX name.
        asset: its file, by its name in ``configs/assets.yaml`` or its path: ONNX, OpenVINO's XML, or a checkpoint.
        checkpoint: the same model as a ``.pt`` for torch, where ``asset`` is not one.
        int8: file name of the same model in 8-bit integers, as ``training.quantise`` writes it on this machine.
        backend: the runtime; ``auto`` takes the fastest that this machine has.
        precision: the arithmetic; ``auto`` takes the fastest that is as right.
        longest: longer side of the network's input, pixels.
        min_score: least confidence of a box.
        max_iou: overlap from which two boxes are one person.
        classes: the network's class of a person and, where it has one, of a head.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    title: str
    licence: str
    asset: str
    checkpoint: str | None = None
    int8: str | None = None
    backend: Backend | Literal["auto"] = "auto"
    precision: Precision | Literal["auto"] = "auto"
    longest: int = Field(default=640, ge=32, multiple_of=32)
    min_score: Share = 0.1
    max_iou: Share = 0.7
    classes: tuple[Annotated[int, Field(ge=0)], ...] = Field(default=(PERSON,), min_length=1, max_length=2)

    @property
    def checkpoint_asset(self) -> str | None:
        """The file that torch reads; ``None``: there is none."""
        return self.asset if self.asset.endswith(".pt") else self.checkpoint

    @property
    def graph_asset(self) -> str | None:
        """The file that OpenVINO reads; ``None``: there is none."""
        return None if self.asset.endswith(".pt") else self.asset

    @property
    def onnx_asset(self) -> str | None:
        """The file that ONNX Runtime reads; ``None``: there is none."""
        return self.asset if self.asset.endswith(".onnx") else None

"""``configs/training.yaml``: the parameters of the stages in ``dvc.yaml``."""

from pathlib import Path
from typing import Annotated, Final, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, NonNegativeFloat, PositiveFloat, PositiveInt, ValidationError

from domain.errors import BadInput
from domain.problems import first_problem
from training.augment import AugmentSettings
from training.crowd.learn import LearnSettings

CONFIGURATION: Final = Path(__file__).resolve().parent.parent / "configs" / "training.yaml"

Side = Annotated[int, Field(gt=0, multiple_of=32)]
Size = tuple[Side, Side]
"""Height, width in pixels."""


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class PrepareSettings(_Part):
    """The ``prepare`` part.

    Attributes:
        preset: sets of ``configs/datasets.yaml`` that are imported together.
        dataset: the folder the dataset is made in.
        limit: at most so many pictures of each set; ``None``: all.
    """

    preset: str
    dataset: Path
    limit: PositiveInt | None = None


class BoxesSettings(_Part):
    """The ``boxes`` part: how the detector learns persons and heads.

    Attributes:
        base: the detector it begins as: a ``.pt`` file, or the name of one in ``configs/assets.yaml``.
        epochs: rounds over the pictures; 0: the detector stays as it is.
        frozen: layers that keep their weights, from the first; all but the last (22) leave the trunk as it is.
        size: longer side of the network's input, pixels.
        batch: pictures a step.
        rate: greatest learning rate.
        teacher_score: the base's own boxes of persons from which on they stand in for labels where persons were not
            looked for.
        most: boxes in a picture, above which it is left out: matching a thousand of them with 8,400 places takes ten
            times as long, and heads that small merge in a box as they do in a crowd.
        workers: processes that load pictures.
        seed: of everything that is drawn.
    """

    base: str
    epochs: int = Field(ge=0)
    frozen: int = Field(ge=0, le=22)
    size: Side
    batch: PositiveInt
    rate: PositiveFloat
    teacher_score: float = Field(gt=0, lt=1)
    most: PositiveInt
    workers: int = Field(default=0, ge=0)
    seed: int = Field(ge=0)


class MapSettings(_Part):
    """How a density map is learned.

    Attributes:
        shares: how often each set is drawn, relative to the others.
        stretch: by set, how much wider its pictures are made, where they were squeezed by who made the set.
        width: channels of the branch.
        early: channels it takes from the stride-4 features.
        dilations: of its convolutions.
        learn: how long and how fast.
        seed: of everything that is drawn.
    """

    shares: dict[str, NonNegativeFloat]
    stretch: dict[str, PositiveFloat] = {}
    width: PositiveInt
    early: int = Field(ge=0)
    dilations: tuple[PositiveInt, ...]
    learn: LearnSettings
    seed: int = Field(ge=0)

    @property
    def drawn(self) -> dict[str, float]:
        """The shares above nothing."""
        return {name: share for name, share in self.shares.items() if share > 0}


class DensitySettings(MapSettings):
    """The ``density`` part: the map on the detector's own trunk, which is frozen.

    Attributes:
        crops: how many different ones are learned from: the trunk looks at each only once.
    """

    crops: PositiveInt


class TunedSettings(MapSettings):
    """The ``tuned`` part: a second network for the map alone, whose trunk learns too. Every crop is another.

    Attributes:
        crop: side of the square that is learned from, pixels; a multiple of 128.
        scale: least and most enlargement.
    """

    crop: int = Field(gt=0, multiple_of=128)
    scale: tuple[PositiveFloat, PositiveFloat]


class StillSet(_Part):
    """Labelled stills that a model is judged by.

    Attributes:
        name: in the table of metrics.
        pictures: their folder, below ``HEADROOM_ASSETS``.
        truth: the heads in them, below it too.
    """

    name: str
    pictures: Path
    truth: Path


class Clip(_Part):
    """A labelled video that a model is judged by.

    Attributes:
        name: in the table of metrics.
        video: below ``HEADROOM_ASSETS``.
        truth: MOTChallenge's ``gt.txt``, below it too.
    """

    name: str
    video: Path
    truth: Path


class EvaluateSettings(_Part):
    """The ``evaluate`` part.

    Attributes:
        stills: sets of stills; training must not have seen them.
        clips: videos.
        limit: at most so many stills or frames of each; ``None``: all.
    """

    stills: tuple[StillSet, ...] = ()
    clips: tuple[Clip, ...] = ()
    limit: PositiveInt | None = None


class Allowed(_Part):
    """How far an export may be from the weights it was made of.

    Attributes:
        max_box_difference_px: of a box's centre, width or height, in input pixels.
        max_log_odds_difference: of a class score's log-odds.
        max_heads_difference: of a cell's heads, relative to the most in any cell.
    """

    max_box_difference_px: float = Field(gt=0)
    max_log_odds_difference: float = Field(gt=0)
    max_heads_difference: float = Field(gt=0)


class ExportSettings(Allowed):
    """The ``export`` part.

    Attributes:
        opset: version of ONNX's operator set.
        traced_size: the size the network is traced at.
        checked_sizes: the sizes at which torch and OpenVINO must agree.
        seed: of the checks' input.
        halved: weights are stored in 16-bit floats, which may move the answers by that; ``None``: in 32 bits.
    """

    opset: int = Field(ge=13, le=20)
    traced_size: Size
    checked_sizes: tuple[Size, ...] = Field(min_length=1)
    seed: int = Field(ge=0)
    halved: Allowed | None = None


class TrainingSettings(_Part):
    """The whole file."""

    version: Literal[1]
    folder: Path
    prepare: PrepareSettings
    augment: AugmentSettings
    boxes: BoxesSettings
    density: DensitySettings
    tuned: TunedSettings
    evaluate: EvaluateSettings
    export: ExportSettings

    @classmethod
    def load(cls, path: Path = CONFIGURATION) -> "TrainingSettings":
        """Read the file.

        Raises:
            BadInput: it cannot be read or is not what it should be; the message names the first wrong key.
        """
        try:
            return cls.model_validate(yaml.safe_load(path.read_text()))
        except (OSError, yaml.YAMLError) as error:
            raise BadInput(f"{path} cannot be read: {' '.join(str(error).split())}") from error
        except ValidationError as error:
            raise BadInput(f"{path.name}: {first_problem(error)}") from None

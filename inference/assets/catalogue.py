"""``configs/assets.yaml`` as types."""

import difflib
from pathlib import Path, PurePosixPath
from typing import Annotated, Final, Literal

import yaml
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from domain.errors import BadInput

CATALOGUE: Final = Path(__file__).resolve().parents[2] / "configs" / "assets.yaml"


def _inside(path: str) -> str:
    if PurePosixPath(path).is_absolute() or ".." in PurePosixPath(path).parts:
        raise ValueError("must stay inside its folder")
    return path


Sha256 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
FileName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$")]
InsidePath = Annotated[str, AfterValidator(_inside)]
PackageName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9.+_-]*$")]


class _Row(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class _SourceRow(_Row):
    sha256: Sha256 | None = None
    """Where this source serves other bytes than the asset's own."""


class ShippedSource(_SourceRow):
    """A file that comes with Headroom, below the folder its packages lie in."""

    kind: Literal["shipped"]
    path: InsidePath


class LocalSource(_SourceRow):
    """A file below ``HEADROOM_ASSETS``."""

    kind: Literal["local"]
    path: InsidePath


class HttpsSource(_SourceRow):
    """A download."""

    kind: Literal["https"]
    url: Annotated[str, StringConstraints(pattern=r"^https://")]


class PypiSource(_SourceRow):
    """A file inside a wheel.

    Attributes:
        python: the version whose wheel is meant, as in ``3.11``, where a project has one for each.
    """

    kind: Literal["pypi"]
    project: PackageName
    version: PackageName
    path: InsidePath
    python: Annotated[str, StringConstraints(pattern=r"^3\.\d+$")] | None = None


class DebianSource(_SourceRow):
    """A file inside a Debian package."""

    kind: Literal["debian"]
    package: PackageName
    path: InsidePath


Source = Annotated[ShippedSource | LocalSource | HttpsSource | PypiSource | DebianSource, Field(discriminator="kind")]


class Asset(_Row):
    """One file.

    Attributes:
        size: of the file with ``sha256``, bytes; a progress bar's end.
        kind: what it is for, and so what a person can do who cannot have it.
    """

    title: str
    kind: Literal["footage", "model"]
    licence: str
    size: int = Field(gt=0)
    sha256: Sha256
    sources: tuple[Source, ...] = Field(min_length=1)

    @property
    def accepted(self) -> frozenset[str]:
        """Every hash that the file may have."""
        return frozenset({self.sha256, *(source.sha256 for source in self.sources if source.sha256)})

    @property
    def fetchable(self) -> bool:
        """Whether it has a source beyond this machine's own folders."""
        return any(not isinstance(source, LocalSource | ShippedSource) for source in self.sources)


class Catalogue(_Row):
    """The whole file."""

    version: Literal[1]
    assets: dict[FileName, Asset]

    @classmethod
    def load(cls, path: Path = CATALOGUE) -> "Catalogue":
        """Read it.

        Raises:
            BadInput: it is missing or not what it should be; the message names the key.
        """
        try:
            return cls.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")))
        except (OSError, yaml.YAMLError) as error:
            raise BadInput(f"{path}: cannot be read: {error}") from error
        except ValidationError as error:
            first = error.errors(include_input=False, include_url=False)[0]
            raise BadInput(f"{path.name}: {'.'.join(map(str, first['loc']))}: {first['msg']}") from None

    def find(self, name: str) -> Asset:
        """The asset of that name.

        Raises:
            BadInput: there is none; the message names the nearest.
        """
        if name in self.assets:
            return self.assets[name]
        near = difflib.get_close_matches(name, self.assets, n=1)
        meant = f"; did you mean {near[0]!r}?" if near else ""
        raise BadInput(f"asset {name!r} is not in configs/assets.yaml, which has {', '.join(self.assets)}{meant}")

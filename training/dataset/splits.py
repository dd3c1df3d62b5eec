"""Which pictures are for training, which for validation: whole scenes, drawn with a seed, from few people to many."""

import hashlib
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from training.dataset.item import Split


@dataclass(frozen=True)
class Scene:
    """Pictures that must stay together.

    Attributes:
        key: the name of the first of its sequences, which the drawing goes by: not by how many others there are.
        pictures: how many.
        people: labelled in one of them, on average.
    """

    key: str
    pictures: int
    people: float


def draw(scenes: Sequence[Scene], shares: Mapping[Split, float], seed: int) -> dict[str, Split]:
    """Give each scene a split.

    Scenes are ordered by how many people are in them and cut into runs as long as one validation scene stands for; from
    each run one is drawn, so that a split has few people and many as the whole has. A scene that is larger than what a
    split still lacks twice over is passed, so that one long sequence does not become all of the validation.

    Args:
        scenes: to be divided.
        shares: of all pictures, for every split but ``train``, which takes the rest.
        seed: the same gives the same.

    Returns:
        The split of each scene, by its key.
    """
    total = sum(scene.pictures for scene in scenes)
    drawn: dict[str, Split] = {scene.key: "train" for scene in scenes}
    for split, share in shares.items():
        left = sorted(
            (scene for scene in scenes if drawn[scene.key] == "train"), key=lambda scene: (scene.people, scene.key)
        )
        lacking = share * total
        for scene in _one_of_each_run(left, share, f"{seed}/{split}"):
            if scene.pictures < 2 * lacking:
                drawn[scene.key] = split
                lacking -= scene.pictures
    return drawn


def _one_of_each_run(scenes: Sequence[Scene], share: float, salt: str) -> list[Scene]:
    """From each run of ``1 / share`` scenes one, then all others, each in an order of no meaning."""
    if not share:
        return []
    runs: defaultdict[int, list[Scene]] = defaultdict(list)
    for index, scene in enumerate(scenes):
        runs[int(index * share)].append(scene)
    first = [min(run, key=lambda scene: _lot(scene, salt)) for run in runs.values()]
    rest = [scene for scene in scenes if scene not in first]
    return sorted(first, key=lambda scene: _lot(scene, salt)) + sorted(rest, key=lambda scene: _lot(scene, salt))


def _lot(scene: Scene, salt: str) -> bytes:
    return hashlib.sha256(f"{salt}/{scene.key}".encode()).digest()


def spread_over(people: Sequence[float], limit: int) -> list[int]:
    """So many of the pictures, evenly from the fewest people to the most; indices in order.

    Args:
        people: in each picture.
        limit: how many.
    """
    if limit >= len(people):
        return list(range(len(people)))
    order = sorted(range(len(people)), key=lambda index: (people[index], index))
    if limit == 1:
        return [order[len(order) // 2]]
    return sorted(order[round(step * (len(order) - 1) / (limit - 1))] for step in range(limit))

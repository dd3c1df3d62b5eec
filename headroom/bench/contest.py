"""The contenders in turn, several rounds: whatever else the machine does meanwhile, it does to all of them."""

from collections.abc import Awaitable, Callable, Mapping, Sequence

from headroom.bench.contenders import HEADROOM, Contender
from headroom.bench.lap import Lap, NotRunError
from headroom.bench.result import Standing, standing
from inference.evaluation.mot_truth import MotTruth

RunLap = Callable[[Contender], Awaitable[Lap]]
Tell = Callable[[str], object]


async def contest(
    taking_part: Sequence[Contender], rounds: int, truth: MotTruth | None, run_lap: RunLap, tell: Tell
) -> tuple[Standing, ...]:
    """Let everybody run ``rounds`` times; one that fails has no further turn, and no result.

    Args:
        taking_part: the contenders, in the order of their turns.
        rounds: how many turns each has.
        truth: who is in each frame; ``None``: not known.
        run_lap: runs one once.
        tell: told whose turn it is.
    """
    laps: dict[str, list[Lap]] = {one.key: [] for one in taking_part}
    failed = {one.key: one.command for one in taking_part if isinstance(one.command, str)}
    for number in range(1, rounds + 1):
        for one in taking_part:
            if one.key in failed:
                continue
            tell(f"round {number} of {rounds}: {one.title}")
            try:
                laps[one.key].append(await run_lap(one))
            except NotRunError as reason:
                failed[one.key] = str(reason)
    reference = _reference(laps)
    return tuple(
        standing(one.key, one.title, laps[one.key], failed.get(one.key), reference, truth) for one in taking_part
    )


def _reference(laps: Mapping[str, Sequence[Lap]]) -> Lap | None:
    return next(iter(laps.get(HEADROOM, ())), None)

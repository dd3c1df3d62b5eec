"""How far counts are from the truth: JSON lines of ``headroom count --every-frame`` against a MOTChallenge ``gt.txt``.

    headroom count VIDEO --every-frame | python tests/reference/count_mae.py GT

Prints one line of JSON: frames, mean absolute error, bias (positive: too many) and the truth's mean, all in people a
frame. Boxes that the truth marks as not valid are not people.
"""

import csv
import json
import sys
from collections import Counter
from collections.abc import Iterable
from pathlib import Path


def truth_by_frame(path: Path) -> Counter[int]:
    """People in each frame, frames counted from 1."""
    with path.open(newline="") as file:
        return Counter(int(row[0]) for row in csv.reader(file) if row and float(row[6]) == 1)


def compare(lines: Iterable[str], truth: Counter[int]) -> dict[str, float]:
    """Counting error over all frames told. A frame the truth does not mention has nobody in it."""
    told = [json.loads(line) for line in lines]
    errors = [line["count"] - truth[line["frame"]] for line in told]
    return {
        "frames": len(told),
        "count_mae": round(sum(map(abs, errors)) / len(errors), 3),
        "count_bias": round(sum(errors) / len(errors), 3),
        "truth_mean": round(sum(truth[line["frame"]] for line in told) / len(told), 3),
    }


if __name__ == "__main__":
    sys.stdout.write(json.dumps(compare(sys.stdin, truth_by_frame(Path(sys.argv[1])))) + "\n")

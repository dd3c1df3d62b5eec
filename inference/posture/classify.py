"""From landmarks to what they say of each posture, by explicit geometry.

Lengths are told in trunks (from the middle of the shoulders to the middle of the hips), so that a child and a tall man,
near and far, are measured alike. For an adult that stands, by Drillis and Contini's proportions (Winter, Biomechanics
and Motor Control of Human Movement, ch. 4) a trunk is 0.288 of the height, thigh and shank 0.245 and 0.246, and the
mouth 0.11 above the shoulders: so the hips are 1.7 trunks above the ankles, on a chair 0.85, and the mouth is 0.4 above
the shoulders.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray

from domain.messages import Posture
from inference.posture.landmarks import Joint, Landmarks

Point = NDArray[np.float64]

_LEFT: Final = {
    "shoulder": Joint.LEFT_SHOULDER,
    "elbow": Joint.LEFT_ELBOW,
    "wrist": Joint.LEFT_WRIST,
    "hip": Joint.LEFT_HIP,
    "knee": Joint.LEFT_KNEE,
    "ankle": Joint.LEFT_ANKLE,
}
_RIGHT: Final = {name: Joint(joint + 1) for name, joint in _LEFT.items()}


@dataclass(frozen=True)
class PostureThresholds:
    """Where one posture ends and the next begins. Each margin is how far on either side it is all but sure.

    Attributes:
        visible: visibility from which a landmark is used (the level from which MediaPipe draws one).
        level_deg: tilt of the trunk from the vertical, beyond which it lies: past 60 degrees nobody stands without
            leaning on something; a bow or lifting a load stays below or keeps the hips high.
        level_margin_deg: its margin.
        inverted_deg: tilt beyond which a body is read upside down, which is nearly always a wrong reading: 48 of 59
            false falls in 3,225 readings of people in a street.
        wide: width of the box over its height from which someone may lie: a level trunk in a narrow box is a wrong
            reading too.
        wide_margin: its margin.
        fallen_hips: height of the hips above the lower knee or ankle, in trunks, below which legs do not carry the
            trunk: someone who bends down has them a leg (1.7) above; on all fours (0.85) counts as down.
        fallen_hips_margin: its margin.
        raised_wrists: height of the lower wrist above the shoulders from which hands are up: a little below the
            mouth's (0.4), because cameras look from above and shorten a raised arm.
        raised_wrists_margin: its margin.
        raised_elbows: height of the lower elbow above the shoulders from which upper arms are lifted: level ones, less
            a little; a telephone at the ear or a camera before the eyes hangs from an arm that is not.
        raised_elbows_margin: its margin.
        crouching_hips: height of the hips above the ankles below which someone crouches: between a squat (0.3) and a
            chair (0.85 level with the seat, 1 and more from above, as cameras look).
        crouching_hips_margin: its margin.
        squat: width of the box over its height from which someone may crouch: half as high as who stands, and wider.
        squat_margin: its margin.
        bent_knee_deg: angle of hip, knee and ankle below which a leg is folded: a chair's is 90 when seen from the
            side, a squat's 30 to 60; seen from the front both look straighter.
        bent_knee_margin_deg: its margin.
    """

    visible: float = 0.5
    level_deg: float = 60.0
    level_margin_deg: float = 15.0
    inverted_deg: float = 120.0
    wide: float = 0.8
    wide_margin: float = 0.2
    fallen_hips: float = 0.9
    fallen_hips_margin: float = 0.25
    raised_wrists: float = 0.3
    raised_wrists_margin: float = 0.2
    raised_elbows: float = -0.15
    raised_elbows_margin: float = 0.2
    crouching_hips: float = 0.75
    crouching_hips_margin: float = 0.2
    squat: float = 0.6
    squat_margin: float = 0.15
    bent_knee_deg: float = 110.0
    bent_knee_margin_deg: float = 25.0


@dataclass(frozen=True)
class Judgement:
    """What one look says.

    Attributes:
        scores: for each posture from 0 (sure it is not) to 1 (sure it is), even at 0.5; a posture that cannot be told
            is not among them.
    """

    scores: Mapping[Posture, float] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """The likeliest posture; ``upright`` where all three are known and none is likely; else ``unknown``."""
        likely = {posture: score for posture, score in self.scores.items() if score >= 0.5}
        if likely:
            return max(likely, key=lambda posture: likely[posture]).value
        return "upright" if len(self.scores) == len(Posture) else "unknown"


UNKNOWN: Final = Judgement()


def judge(body: Landmarks | None, shape: float, thresholds: PostureThresholds | None = None) -> Judgement:
    """What the landmarks say of each posture.

    A trunk that cannot be seen (a shoulder and a hip at least) leaves everything unknown; arms that cannot be seen
    leave hands up unknown; legs that cannot be seen leave the others unknown.

    Args:
        body: landmarks of one person; ``None``: none were found.
        shape: width of the person's box over its height.
        thresholds: where one posture ends and the next begins.

    Example:
        >>> judge(None, shape=0.4).name
        'unknown'
    """
    if body is None:
        return UNKNOWN
    t = thresholds or PostureThresholds()
    figure = _Figure.of(body, t.visible)
    if figure is None or figure.tilt_deg > t.inverted_deg:
        return UNKNOWN
    told = {
        Posture.FALLEN: _fallen(figure, shape, t),
        Posture.HANDS_UP: _hands_up(figure, t),
        Posture.CROUCHING: _crouching(figure, shape, t),
    }
    return Judgement({posture: score for posture, score in told.items() if score is not None})


@dataclass(frozen=True)
class _Figure:
    """The seen points of a body by side, and its trunk.

    Attributes:
        sides: for the left and the right, the visible joints' x, y (y down), by name.
        shoulders: middle of the visible shoulders.
        hips: middle of the visible hips.
        trunk: distance between them.
    """

    sides: tuple[Mapping[str, Point], Mapping[str, Point]]
    shoulders: Point
    hips: Point
    trunk: float

    @classmethod
    def of(cls, body: Landmarks, visible: float) -> "_Figure | None":
        """``None`` where no shoulder, no hip or no distance between them is seen."""
        left, right = (
            {name: body.points[joint, :2] for name, joint in names.items() if body.visibility[joint] >= visible}
            for names in (_LEFT, _RIGHT)
        )
        shoulders, hips = _middle(left, right, "shoulder"), _middle(left, right, "hip")
        if shoulders is None or hips is None:
            return None
        trunk = float(np.linalg.norm(shoulders - hips))
        return cls((left, right), shoulders, hips, trunk) if trunk > 1e-6 else None

    @property
    def tilt_deg(self) -> float:
        """The trunk's angle to the vertical: 0 upright, 90 level, 180 upside down."""
        across, down = self.hips - self.shoulders
        return math.degrees(math.atan2(abs(across), down))

    def heights(self, name: str, above: Point) -> list[float]:
        """How far each visible joint of that name is above a point, in trunks."""
        return [float(above[1] - side[name][1]) / self.trunk for side in self.sides if name in side]

    def knee_angles_deg(self) -> list[float]:
        """Angle of hip, knee and ankle of each leg that is seen whole: 180 straight."""
        legs = [side for side in self.sides if {"hip", "knee", "ankle"} <= side.keys()]
        return [_angle_deg(leg["hip"], leg["knee"], leg["ankle"]) for leg in legs]


def _fallen(figure: _Figure, shape: float, t: PostureThresholds) -> float | None:
    """The trunk lies, in a wide box, and the hips are not carried. Upright trunks have not fallen, whatever legs do."""
    level = min(_above(figure.tilt_deg, t.level_deg, t.level_margin_deg), _above(shape, t.wide, t.wide_margin))
    legs = [*figure.heights("knee", figure.hips), *figure.heights("ankle", figure.hips)]
    if not legs:
        return level if level < 0.5 else None
    carried = max(-height for height in legs)
    return min(level, _below(carried, t.fallen_hips, t.fallen_hips_margin))


def _hands_up(figure: _Figure, t: PostureThresholds) -> float | None:
    """Both wrists are up and both elbows lifted. One arm that hangs is enough to say no."""
    if figure.tilt_deg > t.level_deg:
        return 0.0
    wrists = figure.heights("wrist", figure.shoulders)
    elbows = figure.heights("elbow", figure.shoulders)
    signs = [
        *(_above(height, t.raised_wrists, t.raised_wrists_margin) for height in wrists),
        *(_above(height, t.raised_elbows, t.raised_elbows_margin) for height in elbows),
    ]
    least = min(signs, default=None)
    whole = len(wrists) == len(elbows) == 2
    return least if whole or (least is not None and least < 0.5) else None


def _crouching(figure: _Figure, shape: float, t: PostureThresholds) -> float | None:
    """The hips are low over the ankles, the knees folded, the box not narrow and the trunk not lying."""
    narrow = _above(shape, t.squat, t.squat_margin)
    ankles, knees = figure.heights("ankle", figure.hips), figure.knee_angles_deg()
    if not ankles or not knees:
        return narrow if narrow < 0.1 else None
    upright = min(_below(figure.tilt_deg, t.level_deg, t.level_margin_deg), narrow)
    low = _below(-min(ankles), t.crouching_hips, t.crouching_hips_margin)
    return min(upright, low, _below(min(knees), t.bent_knee_deg, t.bent_knee_margin_deg))


def _above(value: float, threshold: float, margin: float) -> float:
    """A logistic curve: 0.5 at the threshold, 0.95 a margin above."""
    steepness = math.log(19.0)
    return 1.0 / (1.0 + math.exp(-max(min((value - threshold) / margin, 20.0), -20.0) * steepness))


def _below(value: float, threshold: float, margin: float) -> float:
    return _above(-value, -threshold, margin)


def _middle(left: Mapping[str, Point], right: Mapping[str, Point], name: str) -> Point | None:
    seen = [side[name] for side in (left, right) if name in side]
    return np.asarray(np.mean(seen, axis=0)) if seen else None


def _angle_deg(first: Point, corner: Point, last: Point) -> float:
    one, other = first - corner, last - corner
    lengths = float(np.linalg.norm(one) * np.linalg.norm(other))
    return math.degrees(math.acos(max(-1.0, min(1.0, float(one @ other) / lengths)))) if lengths > 0 else 180.0

"""One rule at one place: raise after a while above, worsen at once, clear after a while below, never on what is unseen.

Time is an argument. ``at`` is when something was true (a reading's second); ``now`` is when it is looked at.
"""

from dataclasses import dataclass, field, fields, replace
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID, uuid5

from api.alerts.forecast import probability_above
from api.alerts.rules import Level, Rule
from domain.alerts import STANDING, Alert, Change, Outcome, Severity, Status

REOPEN_WITHIN_S: Final = 600.0
"""Back within ten minutes it is the same alert, told as reopened and not as a new one."""
LONGEST_PATIENCE: Final = 8
"""A figure that comes and goes must stay below 2, 4, then 8 times as long before it is cleared again."""
SIGHT_LOST_AFTER_S: Final = 3.0
"""A single late reading is no news; three seconds without are."""
MUTED_FOR_S: Final = 1800.0
"""A person closed it: no worse, it stays closed until it was over, at most this long."""
MOST_ESCALATIONS: Final = 5
_NAMESPACE: Final = UUID("6f0c5f0e-4f0a-5c0b-9a55-6d6f6e69746f")


@dataclass(frozen=True)
class Look:
    """What a rule sees of its figure at one moment.

    Attributes:
        at: when it was so.
        value: ``None``: unknown, which is neither low nor high.
        low: lower end of the 90 % interval, where one is known.
        high: its upper end.
        steady: the figure without its noise, brought forward to now; ``None`` where there are too few readings.
        steady_sd: standard deviation of that.
        may_raise: whether it may begin an alert; not where another one tells the same already.
        may_clear: whether enough is seen to call it over.
        reason: why it is unknown.
    """

    at: datetime
    value: float | None
    low: float | None = None
    high: float | None = None
    steady: float | None = None
    steady_sd: float = 0.0
    may_raise: bool = True
    may_clear: bool = True
    reason: str | None = None

    def probability(self, threshold: float, *, falling: bool = False) -> float | None:
        """How sure it is that the threshold is passed; ``None`` where no interval is known."""
        if self.value is None:
            return None
        sign = -1.0 if falling else 1.0
        ends = [sign * end if end is not None else None for end in (self.low, self.high)]
        low, high = reversed(ends) if falling else ends
        found = [probability_above(sign * threshold, sign * self.value, low, high)]
        if self.steady is not None:
            above = None if high is None else sign * self.steady + high - sign * self.value
            below = None if low is None else sign * self.steady + low - sign * self.value
            found.append(probability_above(sign * threshold, sign * self.steady, below, above, self.steady_sd))
        known = [one for one in found if one is not None]
        return max(known) if known else None

    def passes(self, level: Level, *, falling: bool) -> bool:
        """Whether the level's raise threshold counts as passed."""
        if self.value is None:
            return False
        beyond = self.value <= level.raise_at if falling else self.value >= level.raise_at
        probability = self.probability(level.raise_at, falling=falling)
        if probability is None:
            return beyond
        return probability >= level.probability or (beyond and level.probability <= 0.5)

    def is_calm(self, level: Level, *, falling: bool) -> bool:
        """Whether it is beyond the level's clear threshold, and not past its raise threshold by any reckoning."""
        if self.value is None or not self.may_clear:
            return False
        figure = self.steady if self.steady is not None else self.value
        beyond = figure > level.clear_at if falling else figure < level.clear_at
        return beyond and not self.passes(level, falling=falling)


@dataclass
class Life:
    """One alert from its raising to its end."""

    alert_id: UUID
    severity: Severity
    worst: Severity
    raised_at: datetime
    waits_since: datetime
    raise_at: float
    clear_at: float
    source: str
    sequence: int = 1
    status: Status = Status.OPEN
    acknowledged_at: datetime | None = None
    acknowledged_by: str | None = None
    ended_at: datetime | None = None
    outcome: Outcome | None = None
    escalations: int = 0
    times_reopened: int = 0

    @property
    def standing(self) -> bool:
        """Whether it still needs somebody."""
        return self.status in STANDING


@dataclass(frozen=True)
class Told:
    """A change, and the alert as it stood right after it."""

    change: Change
    life: Life


@dataclass
class Machine:
    """The state of one rule at one place. Every method returns what changed, in order.

    Attributes:
        key: rule and place, unique in the venue.
        life: the alert that stands, or the last one.
        pending: since when each severity's raise threshold has been passed without a break.
        calm_since: since when the standing severity has been seen to be over.
        unseen_since: since when the figure is unknown.
        sight_lost: whether that was told.
        muted: what a person closed; no worse than this is raised until it was over.
    """

    key: str
    life: Life | None = None
    pending: dict[Severity, datetime] = field(default_factory=dict)
    calm_since: datetime | None = None
    unseen_since: datetime | None = None
    sight_lost: bool = False
    muted: Severity | None = None

    @classmethod
    def adopted(cls, key: str, alert: Alert) -> "Machine":
        """A machine whose state was lost goes on with the alert that it had told."""
        shared = {field.name: getattr(alert, field.name) for field in fields(Life) if hasattr(alert, field.name)}
        waits_since = alert.acknowledged_at or alert.raised_at
        return cls(key, Life(**shared, waits_since=waits_since))

    @property
    def standing(self) -> Life | None:
        """The alert that stands, if one does."""
        return self.life if self.life is not None and self.life.standing else None

    @property
    def idle(self) -> bool:
        """Whether there is nothing to remember of it."""
        return self.life is None and not self.pending and self.muted is None

    def look(self, look: Look, rule: Rule | None, now: datetime) -> list[Told]:
        """Take in what is seen. Without a rule (its phase has none) a standing alert that is seen ends."""
        if look.value is None:
            return self._unseen(look)
        changes = self._seen()
        if rule is None:
            return changes + self._off(now)
        self._mark(look, rule)
        worse = self._due(look, rule)
        if worse is not None:
            changes.append(self._begin(worse, now))
        elif self.standing is not None:
            changes += self._settle(look, rule, now)
        else:
            self._unmute(look, rule, now)
        return changes

    def tick(self, rule: Rule | None, now: datetime) -> list[Told]:
        """Escalate what nobody has acknowledged."""
        life = self.standing
        if life is None or rule is None or rule.escalate_after_s is None or life.status is not Status.OPEN:
            return []
        due = now - life.waits_since >= timedelta(seconds=rule.escalate_after_s)
        if not due or life.escalations >= MOST_ESCALATIONS:
            return []
        life.escalations += 1
        life.waits_since = now
        return [self._changed(life, Change.ESCALATED)]

    def acknowledge(self, by: str, now: datetime) -> list[Told]:
        """Somebody takes it over; a second time changes nothing."""
        life = self.standing
        if life is None or life.status is Status.ACKNOWLEDGED:
            return []
        life.status, life.acknowledged_at, life.acknowledged_by = Status.ACKNOWLEDGED, now, by
        return [self._changed(life, Change.ACKNOWLEDGED)]

    def note(self) -> list[Told]:
        """Somebody wrote something down."""
        return [self._changed(self.life, Change.NOTED)] if self.life is not None else []

    def close(self, outcome: Outcome, now: datetime) -> list[Told]:
        """A person ends it. What is worse than it was will still be told."""
        life = self.standing
        if life is None:
            return []
        life.status, life.ended_at, life.outcome = Status.CLOSED, now, outcome
        self.muted, self.calm_since = life.severity, None
        return [self._changed(life, Change.CLOSED)]

    def _mark(self, look: Look, rule: Rule) -> None:
        for level in rule.levels:
            if look.passes(level, falling=rule.falling):
                self.pending.setdefault(level.severity, look.at)
            else:
                self.pending.pop(level.severity, None)
        for severity in set(self.pending) - {level.severity for level in rule.levels}:
            del self.pending[severity]

    def _due(self, look: Look, rule: Rule) -> Level | None:
        """The worst level that has been passed for long enough and is worse than what is told already."""
        told = self.standing.severity if self.standing else self.muted
        if not look.may_raise and self.standing is None:
            return None
        for level in reversed(rule.levels):
            if told is not None and level.severity.rank <= told.rank:
                return None
            since = self.pending.get(level.severity)
            if since is not None and look.at - since >= timedelta(seconds=level.raise_after_s):
                return level
        return None

    def _begin(self, level: Level, now: datetime) -> Told:
        """Raise, reopen or worsen."""
        before, life = self.life, self.standing
        self.calm_since, self.muted = None, None
        if life is not None:
            life.status = Status.OPEN  # whoever took over the milder one may not know of the worse
            self._set(life, level, now)
            return self._changed(life, Change.WORSENED)
        recent = before is not None and before.status is Status.CLEARED and before.ended_at is not None
        if recent and before and before.ended_at and now - before.ended_at <= timedelta(seconds=REOPEN_WITHIN_S):
            before.status, before.ended_at = Status.OPEN, None
            before.times_reopened += 1
            self._set(before, level, now)
            return self._changed(before, Change.REOPENED)
        alert_id = uuid5(_NAMESPACE, f"{self.key}|{now.isoformat()}")
        self.life = Life(
            alert_id, level.severity, level.severity, now, now, level.raise_at, level.clear_at, level.source
        )
        return Told(Change.RAISED, replace(self.life))

    def _set(self, life: Life, level: Level, now: datetime) -> None:
        life.severity, life.waits_since, life.escalations = level.severity, now, 0
        life.worst = max(life.worst, level.severity, key=lambda severity: severity.rank)
        life.raise_at, life.clear_at, life.source = level.raise_at, level.clear_at, level.source

    def _settle(self, look: Look, rule: Rule, now: datetime) -> list[Told]:
        """Ease or clear once the standing severity has been over for long enough."""
        life = self.standing
        if life is None:
            return []
        level = rule.level(life.severity)
        if level is not None and not look.is_calm(level, falling=rule.falling):
            self.calm_since = None
            return []
        self.calm_since = self.calm_since or look.at
        patience = min(2**life.times_reopened, LONGEST_PATIENCE)
        wait_s = patience * (level.clear_after_s if level else rule.levels[-1].clear_after_s)
        if not look.may_clear or look.at - self.calm_since < timedelta(seconds=wait_s):
            return []
        self.calm_since = None
        milder = self._still_holds(look, rule, life.severity)
        if milder is not None:
            life.severity = milder.severity
            life.raise_at, life.clear_at, life.source = milder.raise_at, milder.clear_at, milder.source
            return [self._changed(life, Change.EASED)]
        life.status, life.ended_at = Status.CLEARED, now
        return [self._changed(life, Change.CLEARED)]

    def _still_holds(self, look: Look, rule: Rule, below: Severity) -> Level | None:
        milder = [level for level in rule.levels if level.severity.rank < below.rank]
        return next((level for level in reversed(milder) if not look.is_calm(level, falling=rule.falling)), None)

    def _unmute(self, look: Look, rule: Rule, now: datetime) -> None:
        """What a person closed may be raised again once it was over for a while, or much later."""
        if self.muted is None:
            return
        ended_at = self.life.ended_at if self.life else None
        if ended_at is not None and now - ended_at >= timedelta(seconds=MUTED_FOR_S):
            self.muted = self.calm_since = None
            return
        mildest = rule.levels[0]
        if not look.is_calm(mildest, falling=rule.falling):
            self.calm_since = None
            return
        self.calm_since = self.calm_since or look.at
        if look.at - self.calm_since >= timedelta(seconds=mildest.clear_after_s):
            self.muted = self.calm_since = None

    def _unseen(self, look: Look) -> list[Told]:
        """Unknown is not below: nothing clears, what was about to be raised still is, and a standing alert says so."""
        self.calm_since = None
        self.unseen_since = self.unseen_since or look.at
        long_enough = look.at - self.unseen_since >= timedelta(seconds=SIGHT_LOST_AFTER_S)
        life = self.standing
        if life is None or self.sight_lost or not long_enough:
            return []
        self.sight_lost = True
        return [self._changed(life, Change.SIGHT_LOST)]

    def _seen(self) -> list[Told]:
        told, self.unseen_since, self.sight_lost = self.sight_lost, None, False
        life = self.standing
        return [self._changed(life, Change.SIGHT_BACK)] if told and life is not None else []

    def _off(self, now: datetime) -> list[Told]:
        """Its rule does not hold in this phase."""
        life = self.standing
        self.pending.clear()
        self.calm_since = self.muted = None
        if life is None:
            return []
        life.status, life.ended_at = Status.CLEARED, now
        return [self._changed(life, Change.CLEARED)]

    def _changed(self, life: Life, change: Change) -> Told:
        life.sequence += 1
        return Told(change, replace(life))

"""Who is who from frame to frame, for as long as they are in sight and no longer."""

from inference.track.tracker import Doubtful, Tracker, TrackerParameters, Tracks

__all__ = ["Doubtful", "Tracker", "TrackerParameters", "Tracks"]

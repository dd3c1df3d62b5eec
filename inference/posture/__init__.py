"""Posture: what a person's landmarks say, held over time, raised as events. Landmarks live for one look only."""

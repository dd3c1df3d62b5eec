"""Posture events: who fell, put their hands up or crouched down, where and for how long; never who it was."""

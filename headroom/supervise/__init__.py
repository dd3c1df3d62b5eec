"""Keeping processes alive: started in order, restarted when they die, and gone, all of them, at the end."""

from headroom.supervise.child import ChildSpec
from headroom.supervise.supervisor import Supervisor

__all__ = ["ChildSpec", "Supervisor"]

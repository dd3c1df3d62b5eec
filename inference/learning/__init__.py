"""Which frames of live cameras there is most to learn from, kept within a budget and by the venue's leave."""

"""Repair: what is damaged or lost in the storage root, brought back from blocks that others hold, and recorded."""

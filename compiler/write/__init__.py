"""Owning the output folder: what is ours, what changed, and getting from one to the other without half-written states."""

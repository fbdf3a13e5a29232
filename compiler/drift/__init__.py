"""Compares what is live in a cluster, as kubectl prints it, with `out/`: what differs, and what that means for callers."""

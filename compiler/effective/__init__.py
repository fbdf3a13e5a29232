"""Tells who can call what with which budget: every subject that the configuration names, on every model."""

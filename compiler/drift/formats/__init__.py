"""The forms in which drift is told."""

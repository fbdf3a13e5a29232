"""Applies the fixes that need no guess to the text of a configuration, each only if it helps and harms nothing."""

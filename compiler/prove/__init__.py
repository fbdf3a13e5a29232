"""Proves, for every caller, that the emitted manifests mean what the Program says."""

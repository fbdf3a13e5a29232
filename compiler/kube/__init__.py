"""Frozen objects for the Kubernetes kinds we emit, with only the fields we use."""

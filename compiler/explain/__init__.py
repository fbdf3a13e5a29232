"""Explains one request: what decides it, what meters it, what would change the answer, and what the manifests say."""

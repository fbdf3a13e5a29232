"""What the API server would say to every emitted object, offline."""

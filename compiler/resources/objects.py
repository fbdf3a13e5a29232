"""Tells Kubernetes objects from the documents of the language, which few configurations mix."""

from __future__ import annotations


def is_object(data: object) -> bool:
    """Tell whether a document is a Kubernetes object, or was to be one: no section has such a name."""
    return isinstance(data, dict) and ("apiVersion" in data or "kind" in data)

"""The formats of a definition's texts and numbers."""

from __future__ import annotations

from pathlib import Path

import pytest
from validate_crd_support import accepts, obj, verdict

from compiler.diagnostics.model import Severity


@pytest.mark.parametrize(
    ("form", "good", "bad"),
    [
        ("byte", "YQ==", "a"),
        ("cidr", "10.0.0.1/8", "10.0.0.1"),
        ("date", "2026-02-28", "2026-02-30"),
        ("date-time", "2026-02-28T10:00:00.123Z", "2026-02-28 10:00:00"),
        ("datetime", "2026-02-28T10:00:00+01:00", "2026-02-30T10:00:00Z"),
        ("duration", "1h30m", "1d"),
        ("ipv4", "10.0.0.1", "10.0.0.256"),
        ("ipv6", "::1", "10.0.0.1"),
        ("uuid", "123e4567-e89b-12d3-a456-426614174000", "123"),
    ],
)
def test_formats_of_texts(tmp_path: Path, form: str, good: str, bad: str) -> None:
    """The formats that the API server enforces are enforced."""
    accepts(tmp_path, obj({"a": {"type": "string", "format": form}}), {"a": good}, {"a": bad})


def test_formats_of_numbers(tmp_path: Path) -> None:
    """A number that no controller can read is refused; formats without meaning have none."""
    accepts(tmp_path, obj({"a": {"type": "integer", "format": "int32"}}), {"a": 2**31 - 1}, {"a": 2**31})
    accepts(tmp_path, obj({"a": {"type": "integer", "format": "int64"}}), {"a": -(2**63)}, {"a": -(2**63) - 1})
    accepts(tmp_path, obj({"a": {"x-kubernetes-int-or-string": True, "format": "int-or-string"}}), {"a": 10**30})
    accepts(tmp_path, obj({"a": {"type": "number", "format": "double"}}), {"a": 0.5}, {"a": True})
    accepts(tmp_path, obj({"a": {"type": "boolean", "format": "int32"}}), {"a": True})


def test_a_format_that_is_not_checked_is_said(tmp_path: Path) -> None:
    """Not checked is not the same as valid; it is said once for a definition."""
    schema = obj({"a": {"type": "string", "format": "email"}, "b": {"type": "string", "format": "email"}})
    [[found]] = verdict(tmp_path, schema, {"a": "x", "b": "y"})
    assert (found.code, found.severity) == ("crd-rule-unverified", Severity.WARNING)
    assert found.headline == "the format `email` in the definition of Widget is not checked here"

"""The names that maasc itself needs in the output folder."""

from __future__ import annotations

LOCK = "maasc.lock"
# There while a build is under way, and after one that did not end.
JOURNAL = "maasc.lock.next"
# Every file is born under this name, in the folder it belongs to. One name is enough: a folder has one writer at a time.
TEMPORARY = ".maasc-write.tmp"

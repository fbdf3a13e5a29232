"""Unit tests of a policy: suites of callers and requests, run through the meaning and through the emitted manifests."""

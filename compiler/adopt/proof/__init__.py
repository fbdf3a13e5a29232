"""The proof that a dump and its configuration decide alike: formulas over all callers and requests, and a witness where not."""

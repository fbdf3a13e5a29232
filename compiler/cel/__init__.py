"""A small tree of CEL nodes, builders for it, and the one printer that spells CEL."""

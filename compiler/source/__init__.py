"""Reads YAML text as plain data with the place of every key and value, and refuses what two readers could read differently."""

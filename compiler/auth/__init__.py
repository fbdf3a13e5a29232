"""Ways in: one authentication method a file, each normalised to the same facts."""

"""What a configuration must not say: one rule a file, found by looking into this folder."""

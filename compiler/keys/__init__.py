"""Makes the values of API keys, seals them, and writes keys into the configuration and out of it."""

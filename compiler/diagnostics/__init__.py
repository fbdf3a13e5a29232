"""What the compiler tells its user: a code, one place, the effect at run time, and help."""

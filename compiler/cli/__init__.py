"""The command `maasc`: the only place that prints, reads the environment, or exits."""

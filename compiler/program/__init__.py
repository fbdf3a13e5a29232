"""The configuration as it is meant: names resolved, defaults filled, durations in seconds; and `decide`, its meaning."""

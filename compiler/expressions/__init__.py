"""The meaning of a Program as CEL trees: access, selection, metering."""

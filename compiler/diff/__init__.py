"""Tells what a change of the configuration means: for whom, on which models, and whether rolling it out is safe."""

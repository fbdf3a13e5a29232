"""Small changes of the configuration and of the manifests, each of which some test should notice."""

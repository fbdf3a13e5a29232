"""Program in, manifests out: one family of manifests a file."""

"""Names, order and YAML style: typed manifests become the text of files."""

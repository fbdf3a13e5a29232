"""What may be written: pydantic models of the language, and nothing of Kubernetes."""

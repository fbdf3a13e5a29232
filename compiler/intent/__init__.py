"""What may be written: the models of the language, and nothing of Kubernetes."""

"""Shows who may call what as one page that needs nothing else, and as pictures for documents."""

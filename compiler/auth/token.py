"""What a Kubernetes TokenReview leaves in the identity, read so that no missing key is an error."""

from __future__ import annotations

from typing import Final

from compiler.auth.reading import IDENTITY, field
from compiler.cel.tree import ListLit, Str

# Authorino leaves out what is empty (TokenReviewStatus has omitempty throughout).
USERNAME: Final = field(IDENTITY, ("user", "username"), Str(""))
GROUPS: Final = field(IDENTITY, ("user", "groups"), ListLit(()))

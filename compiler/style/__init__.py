"""The canonical layout of configuration files: what is written stays, comments too; where it stands is settled."""

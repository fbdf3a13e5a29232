"""MaaS custom resources as configuration: each becomes the native document that says the same, with its places."""

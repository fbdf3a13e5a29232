"""Take over a running platform: what its objects say becomes configuration, and what that decides is compared with them."""

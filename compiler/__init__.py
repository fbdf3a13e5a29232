"""Compile declarative Models-as-a-Service policy into Kuadrant and Gateway API manifests."""

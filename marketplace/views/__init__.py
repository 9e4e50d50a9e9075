"""Doors of the marketplace, by aggregate."""

"""Doors of procurement."""

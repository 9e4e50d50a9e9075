"""The forms of the alliances, by subject."""

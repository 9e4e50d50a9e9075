"""The pages of the alliances, by subject."""

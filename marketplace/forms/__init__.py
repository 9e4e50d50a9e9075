"""Forms of the marketplace, by aggregate."""

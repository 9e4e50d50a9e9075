"""The engines: each finds what a query asks for among the same documents."""

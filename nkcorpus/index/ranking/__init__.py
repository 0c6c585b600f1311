"""What a query finds and how it ranks, whatever the engine: a snapshot of an index gives it frequencies and places."""

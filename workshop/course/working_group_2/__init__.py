"""Group 2: tests, sources, docs, marts."""

"""What each working group asks: one module a group, one function an exercise."""

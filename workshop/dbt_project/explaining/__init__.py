"""What a learner slipped on: an error of dbt or DuckDB, seen together with the file that it came from.

Each module knows one kind of slip, and offers one function that takes a Scene and returns a Slip, or None.
"""

"""Other people's projects, judged where they harm nobody.

A project meets two processes. In one, dbt reads it: whatever its Jinja does there, no answer and no verdict is within
reach, and what comes out is taken for mere data. In the other its SQL is judged, in a DuckDB that opens no file. Around
each stands a sandbox of the system: `walls.py`.
"""

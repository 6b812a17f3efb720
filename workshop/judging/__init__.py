"""A check: work in, verdict out. It runs in a twin, is compared, the mistake is named, and shown on the smallest data.

It knows no course: raw tables, right answers and known mistakes are handed to it. It shows nothing and changes nothing.
"""

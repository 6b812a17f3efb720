"""A check: work in, verdict out. Run it in a twin, compare, name the mistake, show the smallest data on which it goes wrong.

It knows no course: raw tables, right answers and known mistakes are handed to it. It shows nothing and changes nothing.
"""

"""The workshop itself, as content: the raw tables, the starter project, and one folder a group with its exercises,
checks and known mistakes; and what is made of them: the learners' notebooks, reference answers, catching up.

How work is judged in general is `judging`'s business. A jaffle, a payment, a customer: these words belong here and
nowhere below.
"""

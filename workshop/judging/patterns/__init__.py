"""Mistakes that any model of any course can make, told by what it returns: under other names, too few rows, NULL.

Each module looks at one kind of difference and gives the patterns that fit all of the data, not a few rows of it.
A pattern says what is so, in numbers of the learner's own result; where several causes could be behind it, it says
where to look and not what was written. What only this course's models can get wrong is a known mistake of the course.
"""

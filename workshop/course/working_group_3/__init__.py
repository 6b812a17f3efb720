"""Group 3: say it once, with Jinja, macros, a package and a test of one's own."""

from workshop.course.group import Group
from workshop.course.working_group_3.exercises import EXERCISES, GROUP

WORKING_GROUP = Group(GROUP, "Say it once", EXERCISES)

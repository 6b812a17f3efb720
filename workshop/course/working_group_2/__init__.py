"""Group 2: tests, sources, docs, marts."""

from workshop.course.group import Group
from workshop.course.working_group_2.exercises import EXERCISES, GROUP

WORKING_GROUP = Group(GROUP, "Tests, sources, docs, marts", EXERCISES)

"""Group 1: from raw payments to lifetime value."""

from workshop.course.group import Group
from workshop.course.working_group_1.exercises import EXERCISES, GROUP

WORKING_GROUP = Group(GROUP, "From raw payments to lifetime value", EXERCISES)

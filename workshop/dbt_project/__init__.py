"""The learner's dbt project: its files, its warehouses, dbt run on it in process, and the words for what dbt says.

Whether work is right is not asked here.
"""

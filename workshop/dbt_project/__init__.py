"""The learner's dbt project: its files, its warehouses, dbt run on it in process, and what dbt and DuckDB say, put into words.

Whether work is right is not asked here.
"""

"""A graph in two tables of the embedded Postgres: walks and shortest ways in its own functions.

schema     tables, views and functions      load       nodes and edges into them, replaced whole
source     the adapter, behind four walls   scan       what it holds
"""

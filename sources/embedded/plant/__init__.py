"""A combined-cycle power plant and the IT that runs it: rows from a seed number.

model      the row types            topology   equipment of the plant
it         servers to systems       relations  who depends on, runs on, connects to whom
metrics    series, made in SQL      events     alarms, deployments, health checks
work       maintenance and orders   incidents  three causes that show everywhere
schema     the tables               load       all of it into one schema
"""

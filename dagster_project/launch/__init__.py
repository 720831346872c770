"""`canvas up | down | status`: Postgres, Dagster's webserver and its daemon as one thing."""

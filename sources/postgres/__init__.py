"""PostgreSQL and TimescaleDB: a bound SELECT in, rows out, behind four walls."""

"""Neo4j: a bound Cypher read in, rows out, behind its own walls."""

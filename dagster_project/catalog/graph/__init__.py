"""A graph plan to one statement: Cypher for Neo4j, SQL for the embedded graph, the same answers."""

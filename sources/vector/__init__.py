"""Documents in PostgreSQL with pgvector: cut, embedded, indexed, searched by vector and text."""

"""Our tables' history. `HEAD` lets an up-to-date database be recognised without loading Alembic."""

HEAD = "0006"

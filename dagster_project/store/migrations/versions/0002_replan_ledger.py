"""what the replan ledger counts, beside each trace; children by their parent"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "trace",
        sa.Column(
            "replans",
            postgresql.JSONB(astext_type=sa.Text()),
            nullable=True,
            comment="[{trigger, decision, by, outcome, ms}], null for none",
        ),
        schema="canvas",
    )
    op.create_index(
        "trace_children_ix",
        "trace",
        ["parent_trace_id"],
        unique=False,
        schema="canvas",
        postgresql_where=sa.text("parent_trace_id is not null"),
    )


def downgrade() -> None:
    op.drop_index(
        "trace_children_ix",
        table_name="trace",
        schema="canvas",
        postgresql_where=sa.text("parent_trace_id is not null"),
    )
    op.drop_column("trace", "replans", schema="canvas")

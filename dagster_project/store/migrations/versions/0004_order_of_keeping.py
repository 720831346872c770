"""traces in the order in which they were kept, so that a sweep finds those that came since"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "trace",
        sa.Column(
            "seq",
            sa.BigInteger(),
            sa.Identity(always=True),
            nullable=False,
            comment="in order of keeping",
        ),
        schema="canvas",
    )
    op.create_index("trace_seq_ix", "trace", ["seq"], unique=False, schema="canvas")


def downgrade() -> None:
    op.drop_index("trace_seq_ix", table_name="trace", schema="canvas")
    op.drop_column("trace", "seq", schema="canvas")

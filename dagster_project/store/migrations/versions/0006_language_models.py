"""language models: every call, what was spent, registered keys and kept replies"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql as pg

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None
_TABLES = ("model_recording", "model_key", "model_spend", "model_call")
_TRACE = ("tokens_in", "tokens_out", "cost_usd")


def upgrade() -> None:
    timestamp = sa.DateTime(timezone=True)
    for name in _TRACE:
        kind = sa.Double if name == "cost_usd" else sa.Integer
        op.add_column(
            "trace",
            sa.Column(name, kind, nullable=False, server_default="0"),
            schema="canvas",
        )
    op.create_table(
        "model_call",
        sa.Column("id", sa.BigInteger, sa.Identity(always=True), primary_key=True),
        sa.Column("at", timestamp, nullable=False, server_default=sa.func.clock_timestamp()),
        sa.Column("trace_id", sa.Text, nullable=False),
        sa.Column("tenant", sa.Text, nullable=False),
        sa.Column("user_name", sa.Text, nullable=False),
        sa.Column("purpose", sa.Text, nullable=False),
        sa.Column("prompt", sa.Text, nullable=False, comment="name:version"),
        sa.Column("provider", sa.Text, nullable=False),
        sa.Column("model", sa.Text, nullable=False),
        sa.Column("outcome", sa.Text, nullable=False),
        sa.Column("detail", sa.Text, nullable=False, server_default=""),
        sa.Column("format", sa.Text, nullable=False),
        sa.Column("tokens_in", sa.Integer, nullable=False),
        sa.Column("tokens_out", sa.Integer, nullable=False),
        sa.Column("cost_usd", sa.Double, nullable=False),
        sa.Column("elapsed_ms", sa.Double, nullable=False),
        sa.Column("retry_at", timestamp, comment="what the endpoint asked to wait for"),
        schema="canvas",
        comment="Every request to a language model; prompt and reply are in the trace.",
    )
    op.create_index("model_call_health_ix", "model_call", ["provider", "model", "at"], schema="canvas")
    op.create_index("model_call_trace_ix", "model_call", ["trace_id"], schema="canvas")
    op.create_table(
        "model_spend",
        sa.Column("day", sa.Date, primary_key=True, comment="in the site's time zone"),
        sa.Column("tenant", sa.Text, primary_key=True),
        sa.Column("user_name", sa.Text, primary_key=True),
        sa.Column("calls", sa.Integer, nullable=False),
        sa.Column("tokens_in", sa.BigInteger, nullable=False),
        sa.Column("tokens_out", sa.BigInteger, nullable=False),
        sa.Column("cost_usd", sa.Double, nullable=False),
        schema="canvas",
        comment="What was spent, in the same commit as the calls.",
    )
    op.create_table(
        "model_key",
        sa.Column("name", sa.Text, primary_key=True),
        sa.Column("reference", sa.Text, nullable=False, comment="env:NAME or file:/path"),
        sa.Column("salt", pg.BYTEA, nullable=False),
        sa.Column("checksum", pg.BYTEA, nullable=False, comment="of the key behind the reference"),
        sa.Column("not_before", timestamp),
        sa.Column("expires_at", timestamp),
        sa.Column("written_at", timestamp, nullable=False),
        sa.Column("written_by", sa.Text, nullable=False),
        schema="canvas",
        comment="Keys by reference; the audit has who wrote, read and failed to.",
    )
    op.create_table(
        "model_recording",
        sa.Column("seq", sa.BigInteger, sa.Identity(always=True), primary_key=True),
        sa.Column("subject", pg.BYTEA, nullable=False, comment="digest of what was asked about"),
        sa.Column("fits", pg.BYTEA, nullable=False, comment="digest of subject and all parts"),
        sa.Column("parts", pg.JSONB, nullable=False, comment="name to digest of each prompt part"),
        sa.Column("purpose", sa.Text, nullable=False),
        sa.Column("prompt", sa.Text, nullable=False),
        sa.Column("provider", sa.Text, nullable=False),
        sa.Column("model", sa.Text, nullable=False),
        sa.Column("reply", sa.Text, nullable=False),
        sa.Column("tokens_in", sa.Integer, nullable=False),
        sa.Column("tokens_out", sa.Integer, nullable=False),
        sa.Column("cost_usd", sa.Double, nullable=False),
        sa.Column("recorded_at", timestamp, nullable=False, server_default=sa.func.clock_timestamp()),
        sa.Column("recorded_by", sa.Text, nullable=False, comment="trace id"),
        schema="canvas",
        comment="Replies of models that nights replay; only added to, the newest that fits counts.",
    )
    op.create_index("model_recording_fits_ix", "model_recording", ["fits", "seq"], schema="canvas")
    op.create_index("model_recording_subject_ix", "model_recording", ["subject", "seq"], schema="canvas")


def downgrade() -> None:
    for table in _TABLES:
        op.drop_table(table, schema="canvas")
    for name in _TRACE:
        op.drop_column("trace", name, schema="canvas")

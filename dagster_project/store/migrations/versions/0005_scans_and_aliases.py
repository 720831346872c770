"""scans of sources beside their approved baselines, quarantine, and names that nothing bore"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql as pg

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    timestamp = sa.DateTime(timezone=True)
    op.create_table(
        "catalog_scan",
        sa.Column("catalog", sa.Text, primary_key=True),
        sa.Column("scanned_at", timestamp, primary_key=True),
        sa.Column("by", sa.Text, nullable=False),
        sa.Column("digest", sa.Text, comment="of the facts; null when the scan failed"),
        sa.Column("error", sa.Text, nullable=False, server_default=""),
        sa.Column("elapsed_ms", sa.Double, nullable=False),
        sa.Column("drift", pg.JSONB, nullable=False, server_default="[]"),
        schema="canvas",
        comment="Each scan of a catalog's source; the newest with a digest is the last good one.",
    )
    op.create_table(
        "catalog_facts",
        sa.Column("digest", sa.Text, primary_key=True),
        sa.Column("body", pg.BYTEA, nullable=False, comment="zstd JSON of SourceFacts"),
        schema="canvas",
        comment="What scans found, by content.",
    )
    op.create_table(
        "catalog_baseline",
        sa.Column("seq", sa.BigInteger, sa.Identity(always=True), primary_key=True),
        sa.Column("catalog", sa.Text, nullable=False),
        sa.Column(
            "digest", sa.Text, sa.ForeignKey("canvas.catalog_facts.digest"), nullable=False
        ),
        sa.Column("approved_at", timestamp, nullable=False),
        sa.Column("approved_by", sa.Text, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        schema="canvas",
        comment="What drift is judged against; the newest row of a catalog counts.",
    )
    op.create_index(
        "catalog_baseline_catalog_ix", "catalog_baseline", ["catalog", "seq"], schema="canvas"
    )
    op.create_table(
        "quarantine",
        sa.Column("seq", sa.BigInteger, sa.Identity(always=True), primary_key=True),
        sa.Column("catalog", sa.Text, nullable=False),
        sa.Column("object", sa.Text, nullable=False, comment="schema.table, or with .column"),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("since", timestamp, nullable=False),
        sa.Column("lifted_at", timestamp),
        sa.Column("lifted_by", sa.Text),
        schema="canvas",
        comment="What drifted and must not be read until it is back or approved.",
    )
    op.create_index(
        "quarantine_open_ix",
        "quarantine",
        ["catalog", "object"],
        unique=True,
        schema="canvas",
        postgresql_where=sa.text("lifted_at is null"),
    )
    op.create_table(
        "alias_proposal",
        sa.Column("id", sa.BigInteger, sa.Identity(always=True), primary_key=True),
        sa.Column("mention", sa.Text, nullable=False),
        sa.Column("normal_form", sa.Text, nullable=False),
        sa.Column("seen", sa.Integer, nullable=False),
        sa.Column("first_seen", timestamp, nullable=False),
        sa.Column("last_seen", timestamp, nullable=False),
        sa.Column("questions", pg.JSONB, nullable=False, comment="the last few, with trace ids"),
        sa.Column("candidates", pg.JSONB, nullable=False, comment="[{entity, key, score}]"),
        sa.Column("status", sa.Text, nullable=False, comment="proposed, accepted, declined"),
        sa.Column("entity", sa.Text),
        sa.Column("key", sa.Text),
        sa.Column("owner", sa.Text),
        sa.Column("expires", sa.Date),
        sa.Column("decided_at", timestamp),
        sa.Column("decided_by", sa.Text),
        sa.Column("reason", sa.Text),
        sa.UniqueConstraint("normal_form", name="alias_proposal_normal_form_key"),
        schema="canvas",
        comment="Names that asks used and nothing bore (B14).",
    )
    op.drop_column("rollback_request", "attempt", schema="canvas")


def downgrade() -> None:
    op.add_column(
        "rollback_request",
        sa.Column("attempt", sa.Integer, nullable=False, server_default="1"),
        schema="canvas",
    )
    for table in (
        "alias_proposal",
        "quarantine",
        "catalog_baseline",
        "catalog_facts",
        "catalog_scan",
    ):
        op.drop_table(table, schema="canvas")

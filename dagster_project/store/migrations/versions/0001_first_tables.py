"""first tables"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "asset_version",
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("content_hash", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("header", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("spec", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("path", sa.Text(), nullable=False),
        sa.Column("created_by", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("kind", "name", "number", name=op.f("asset_version_pk")),
        sa.UniqueConstraint("kind", "name", "content_hash", name="asset_version_content_key"),
        schema="canvas",
        comment="Versions of config assets; content is never overwritten, only status moves.",
    )
    op.create_table(
        "payload",
        sa.Column(
            "digest",
            postgresql.BYTEA(),
            nullable=False,
            comment="blake2b-16 of the uncompressed JSON",
        ),
        sa.Column("body", postgresql.BYTEA(), nullable=False, comment="zstd"),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.PrimaryKeyConstraint("digest", name=op.f("payload_pk")),
        schema="canvas",
        comment="Stage outputs, content-addressed: the same output is stored once.",
    )
    op.create_table(
        "release",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("release_pk")),
        schema="canvas",
        comment="A set of published versions; the id follows from the members.",
    )
    op.create_table(
        "source_health",
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("checked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("latency_ms", sa.Double(), nullable=False),
        sa.Column("findings", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.PrimaryKeyConstraint("source", "checked_at", name=op.f("source_health_pk")),
        schema="canvas",
    )
    op.create_table(
        "trace",
        sa.Column("trace_id", sa.Text(), nullable=False),
        sa.Column("parent_trace_id", sa.Text(), nullable=True),
        sa.Column("tenant", sa.Text(), nullable=False),
        sa.Column("user_name", sa.Text(), nullable=False),
        sa.Column("question", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("route", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("release_id", sa.Text(), nullable=False),
        sa.Column("triggers", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column(
            "assets",
            postgresql.ARRAY(sa.Text()),
            nullable=False,
            comment="kind:name:version that it read",
        ),
        sa.Column("test_mode", sa.Boolean(), nullable=False),
        sa.Column("duration_ms", sa.Double(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "body", postgresql.BYTEA(), nullable=False, comment="zstd JSON; stage outputs by digest"
        ),
        sa.PrimaryKeyConstraint("trace_id", name=op.f("trace_pk")),
        schema="canvas",
        comment="One row per ask, written in one commit with its payloads.",
    )
    op.create_index(
        "trace_assets_ix",
        "trace",
        ["assets"],
        unique=False,
        schema="canvas",
        postgresql_using="gin",
    )
    op.create_index(
        "trace_newest_ix",
        "trace",
        ["tenant", "created_at", "trace_id"],
        unique=False,
        schema="canvas",
    )
    op.create_index(
        "trace_question_ix",
        "trace",
        [sa.literal_column("to_tsvector('simple', question)")],
        unique=False,
        schema="canvas",
        postgresql_using="gin",
    )
    op.create_table(
        "registry_act",
        sa.Column("seq", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("act", sa.Text(), nullable=False, comment="publish, rollback, return, import"),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("before_release", sa.Text(), nullable=True),
        sa.Column("after_release", sa.Text(), nullable=False),
        sa.Column(
            "changes",
            postgresql.JSONB(astext_type=sa.Text()),
            nullable=False,
            comment="[{kind, name, from, to}]",
        ),
        sa.ForeignKeyConstraint(
            ["after_release"], ["canvas.release.id"], name=op.f("registry_act_after_release_fk")
        ),
        sa.ForeignKeyConstraint(
            ["before_release"], ["canvas.release.id"], name=op.f("registry_act_before_release_fk")
        ),
        sa.PrimaryKeyConstraint("seq", name=op.f("registry_act_pk")),
        schema="canvas",
        comment="Who changed what answers are made of. The newest row's after_release is in force.",
    )
    op.create_table(
        "release_member",
        sa.Column("release_id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["kind", "name", "number"],
            [
                "canvas.asset_version.kind",
                "canvas.asset_version.name",
                "canvas.asset_version.number",
            ],
            name="release_member_version_fk",
        ),
        sa.ForeignKeyConstraint(
            ["release_id"], ["canvas.release.id"], name=op.f("release_member_release_id_fk")
        ),
        sa.PrimaryKeyConstraint("release_id", "kind", "name", name=op.f("release_member_pk")),
        schema="canvas",
    )


def downgrade() -> None:
    op.drop_table("release_member", schema="canvas")
    op.drop_table("registry_act", schema="canvas")
    op.drop_index("trace_question_ix", table_name="trace", schema="canvas", postgresql_using="gin")
    op.drop_index("trace_newest_ix", table_name="trace", schema="canvas")
    op.drop_index("trace_assets_ix", table_name="trace", schema="canvas", postgresql_using="gin")
    op.drop_table("trace", schema="canvas")
    op.drop_table("source_health", schema="canvas")
    op.drop_table("release", schema="canvas")
    op.drop_table("payload", schema="canvas")
    op.drop_table("asset_version", schema="canvas")

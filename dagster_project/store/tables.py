"""Our tables, in the schema `canvas`. The registry's rows are only added; acts say who and why."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql as pg

metadata = sa.MetaData(
    schema="canvas",
    naming_convention={
        "pk": "%(table_name)s_pk",
        "fk": "%(table_name)s_%(column_0_name)s_fk",
        "ix": "%(table_name)s_%(column_0_name)s_ix",
    },
)
_timestamp = sa.DateTime(timezone=True)

asset_version = sa.Table(
    "asset_version",
    metadata,
    sa.Column("kind", sa.Text, primary_key=True),
    sa.Column("name", sa.Text, primary_key=True),
    sa.Column("number", sa.Integer, primary_key=True),
    sa.Column("content_hash", sa.Text, nullable=False),
    sa.Column("status", sa.Text, nullable=False),
    sa.Column("header", pg.JSONB, nullable=False),
    sa.Column("spec", pg.JSONB, nullable=False),
    sa.Column("path", sa.Text, nullable=False),
    sa.Column("created_by", sa.Text, nullable=False),
    sa.Column("created_at", _timestamp, nullable=False),
    sa.Column("reason", sa.Text, nullable=False),
    sa.UniqueConstraint("kind", "name", "content_hash", name="asset_version_content_key"),
    comment="Versions of config assets; content is never overwritten, only status moves.",
)

release = sa.Table(
    "release",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("created_at", _timestamp, nullable=False),
    comment="A set of published versions; the id follows from the members.",
)

release_member = sa.Table(
    "release_member",
    metadata,
    sa.Column("release_id", sa.Text, sa.ForeignKey(release.c.id), primary_key=True),
    sa.Column("kind", sa.Text, primary_key=True),
    sa.Column("name", sa.Text, primary_key=True),
    sa.Column("number", sa.Integer, nullable=False),
    sa.ForeignKeyConstraint(
        ["kind", "name", "number"],
        [asset_version.c.kind, asset_version.c.name, asset_version.c.number],
        name="release_member_version_fk",
    ),
)

registry_act = sa.Table(
    "registry_act",
    metadata,
    sa.Column("seq", sa.BigInteger, sa.Identity(always=True), primary_key=True),
    sa.Column("act", sa.Text, nullable=False, comment="publish, rollback, return, import"),
    sa.Column("by", sa.Text, nullable=False),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("at", _timestamp, nullable=False),
    sa.Column("before_release", sa.Text, sa.ForeignKey(release.c.id)),
    sa.Column("after_release", sa.Text, sa.ForeignKey(release.c.id), nullable=False),
    sa.Column("changes", pg.JSONB, nullable=False, comment="[{kind, name, from, to}]"),
    comment="Who changed what answers are made of. The newest row's after_release is in force.",
)

source_health = sa.Table(
    "source_health",
    metadata,
    sa.Column("source", sa.Text, primary_key=True),
    sa.Column("checked_at", _timestamp, primary_key=True),
    sa.Column("status", sa.Text, nullable=False),
    sa.Column("latency_ms", sa.Double, nullable=False),
    sa.Column("findings", pg.JSONB, nullable=False),
)

payload = sa.Table(
    "payload",
    metadata,
    sa.Column("digest", pg.BYTEA, primary_key=True, comment="blake2b-16 of the uncompressed JSON"),
    sa.Column("body", pg.BYTEA, nullable=False, comment="zstd"),
    sa.Column("created_at", _timestamp, nullable=False, server_default=sa.func.now()),
    comment="Stage outputs, content-addressed: the same output is stored once.",
)

trace = sa.Table(
    "trace",
    metadata,
    sa.Column("trace_id", sa.Text, primary_key=True),
    sa.Column("parent_trace_id", sa.Text),
    sa.Column("tenant", sa.Text, nullable=False),
    sa.Column("user_name", sa.Text, nullable=False),
    sa.Column("question", sa.Text, nullable=False),
    sa.Column("language", sa.Text, nullable=False),
    sa.Column("route", sa.Text, nullable=False),
    sa.Column("status", sa.Text, nullable=False),
    sa.Column("release_id", sa.Text, nullable=False),
    sa.Column("triggers", pg.ARRAY(sa.Text), nullable=False),
    sa.Column(
        "assets", pg.ARRAY(sa.Text), nullable=False, comment="kind:name:version that it read"
    ),
    sa.Column("test_mode", sa.Boolean, nullable=False),
    sa.Column("duration_ms", sa.Double, nullable=False),
    sa.Column("tokens_in", sa.Integer, nullable=False, server_default="0"),
    sa.Column("tokens_out", sa.Integer, nullable=False, server_default="0"),
    sa.Column("cost_usd", sa.Double, nullable=False, server_default="0"),
    sa.Column("created_at", _timestamp, nullable=False),
    sa.Column("body", pg.BYTEA, nullable=False, comment="zstd JSON; stage outputs by digest"),
    sa.Column("replans", pg.JSONB, comment="[{trigger, decision, by, outcome, ms}], null for none"),
    sa.Column(
        "seq",
        sa.BigInteger,
        sa.Identity(always=True),
        nullable=False,
        comment="in order of keeping",
    ),
    sa.Index(
        "trace_children_ix",
        "parent_trace_id",
        postgresql_where=sa.text("parent_trace_id is not null"),
    ),
    sa.Index("trace_newest_ix", "tenant", "created_at", "trace_id"),
    sa.Index("trace_seq_ix", "seq"),
    sa.Index("trace_assets_ix", "assets", postgresql_using="gin"),
    sa.Index(
        "trace_question_ix", sa.text("to_tsvector('simple', question)"), postgresql_using="gin"
    ),
    comment="One row per ask, written in one commit with its payloads.",
)

golden_night = sa.Table(
    "golden_night",
    metadata,
    sa.Column("id", sa.BigInteger, sa.Identity(always=True), primary_key=True),
    sa.Column("seq", sa.BigInteger, comment="in the order of ending, without gaps; null: runs"),
    sa.Column("suite", sa.Text, nullable=False),
    sa.Column("day", sa.Date, nullable=False),
    sa.Column("started_by", sa.Text, nullable=False),
    sa.Column("whole", sa.Boolean, nullable=False, comment="every case of the suite was to run"),
    sa.Column("release_id", sa.Text, nullable=False),
    sa.Column("colour", sa.Text, comment="green, red; null: it has not ended"),
    sa.Column("started_at", _timestamp, nullable=False),
    sa.Column("ended_at", _timestamp),
    sa.Column("body", pg.JSONB, nullable=False, comment="the Night"),
    sa.UniqueConstraint("seq", name="golden_night_seq_key"),
    sa.Index("golden_night_suite_ix", "suite", "seq"),
    comment="One row per run of a suite.",
)

golden_result = sa.Table(
    "golden_result",
    metadata,
    sa.Column(
        "night",
        sa.BigInteger,
        sa.ForeignKey(golden_night.c.id, ondelete="CASCADE"),
        primary_key=True,
    ),
    sa.Column("case_id", sa.Text, primary_key=True),
    sa.Column("outcome", sa.Text, nullable=False),
    sa.Column("attempts", sa.Integer, nullable=False),
    sa.Column("failures", sa.Integer, nullable=False),
    sa.Column("trace_id", sa.Text),
    sa.Column("duration_ms", sa.Double, nullable=False),
    sa.Column("body", pg.JSONB, nullable=False, comment="the CaseResult"),
    sa.Index("golden_result_trace_ix", "trace_id"),
    comment="One row per case of a night.",
)

golden_baseline = sa.Table(
    "golden_baseline",
    metadata,
    sa.Column("seq", sa.BigInteger, sa.Identity(always=True), primary_key=True),
    sa.Column("suite", sa.Text, nullable=False),
    sa.Column("case_id", sa.Text, nullable=False),
    sa.Column("trace_id", sa.Text, comment="null: the case was taken out of the suite"),
    sa.Column("release_id", sa.Text, nullable=False),
    sa.Column("fingerprint", pg.JSONB),
    sa.Column("assets", pg.JSONB, comment="what it read: asset id to content hash"),
    sa.Column("by", sa.Text, nullable=False),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("at", _timestamp, nullable=False),
    sa.Index("golden_baseline_case_ix", "suite", "case_id", "seq"),
    sa.Index("golden_baseline_trace_ix", "trace_id"),
    comment="What cases are compared with. Only added to; the newest row of a case counts.",
)

rollback_request = sa.Table(
    "rollback_request",
    metadata,
    sa.Column("id", sa.BigInteger, sa.Identity(always=True), primary_key=True),
    sa.Column("suite", sa.Text, nullable=False),
    sa.Column("night", sa.BigInteger, sa.ForeignKey(golden_night.c.id), nullable=False),
    sa.Column("status", sa.Text, nullable=False),
    sa.Column("created_at", _timestamp, nullable=False),
    sa.Column("body", pg.JSONB, nullable=False, comment="the RollbackRequest"),
    sa.UniqueConstraint("night", name="rollback_request_night_key"),
    comment="At most one per red night; a person decides.",
)

audit = sa.Table(
    "audit",
    metadata,
    sa.Column("seq", sa.BigInteger, sa.Identity(always=True), primary_key=True),
    sa.Column("at", _timestamp, nullable=False, server_default=sa.func.clock_timestamp()),
    sa.Column("by", sa.Text, nullable=False),
    sa.Column("act", sa.Text, nullable=False),
    sa.Column("subject", sa.Text, nullable=False),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("before", pg.JSONB),
    sa.Column("after", pg.JSONB),
    sa.Index("audit_subject_ix", "subject", "seq"),
    comment="Who did what to what, and why; only added to.",
)

catalog_facts = sa.Table(
    "catalog_facts",
    metadata,
    sa.Column("digest", sa.Text, primary_key=True),
    sa.Column("body", pg.BYTEA, nullable=False, comment="zstd JSON of SourceFacts"),
    comment="What scans found, by content.",
)

catalog_scan = sa.Table(
    "catalog_scan",
    metadata,
    sa.Column("catalog", sa.Text, primary_key=True),
    sa.Column("scanned_at", _timestamp, primary_key=True),
    sa.Column("by", sa.Text, nullable=False),
    sa.Column("digest", sa.Text, comment="of the facts; null when the scan failed"),
    sa.Column("error", sa.Text, nullable=False, server_default=""),
    sa.Column("elapsed_ms", sa.Double, nullable=False),
    sa.Column("drift", pg.JSONB, nullable=False, server_default="[]"),
    comment="Each scan of a catalog's source; the newest with a digest is the last good one.",
)

catalog_baseline = sa.Table(
    "catalog_baseline",
    metadata,
    sa.Column("seq", sa.BigInteger, sa.Identity(always=True), primary_key=True),
    sa.Column("catalog", sa.Text, nullable=False),
    sa.Column("digest", sa.Text, sa.ForeignKey(catalog_facts.c.digest), nullable=False),
    sa.Column("approved_at", _timestamp, nullable=False),
    sa.Column("approved_by", sa.Text, nullable=False),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Index("catalog_baseline_catalog_ix", "catalog", "seq"),
    comment="What drift is judged against; the newest row of a catalog counts.",
)

quarantine = sa.Table(
    "quarantine",
    metadata,
    sa.Column("seq", sa.BigInteger, sa.Identity(always=True), primary_key=True),
    sa.Column("catalog", sa.Text, nullable=False),
    sa.Column("object", sa.Text, nullable=False, comment="schema.table, or with .column"),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("since", _timestamp, nullable=False),
    sa.Column("lifted_at", _timestamp),
    sa.Column("lifted_by", sa.Text),
    sa.Index(
        "quarantine_open_ix",
        "catalog",
        "object",
        unique=True,
        postgresql_where=sa.text("lifted_at is null"),
    ),
    comment="What drifted and must not be read until it is back or approved.",
)

alias_proposal = sa.Table(
    "alias_proposal",
    metadata,
    sa.Column("id", sa.BigInteger, sa.Identity(always=True), primary_key=True),
    sa.Column("mention", sa.Text, nullable=False),
    sa.Column("normal_form", sa.Text, nullable=False),
    sa.Column("seen", sa.Integer, nullable=False),
    sa.Column("first_seen", _timestamp, nullable=False),
    sa.Column("last_seen", _timestamp, nullable=False),
    sa.Column("questions", pg.JSONB, nullable=False, comment="the last few, with trace ids"),
    sa.Column("candidates", pg.JSONB, nullable=False, comment="[{entity, key, score}]"),
    sa.Column("status", sa.Text, nullable=False, comment="proposed, accepted, declined"),
    sa.Column("entity", sa.Text),
    sa.Column("key", sa.Text),
    sa.Column("owner", sa.Text),
    sa.Column("expires", sa.Date),
    sa.Column("decided_at", _timestamp),
    sa.Column("decided_by", sa.Text),
    sa.Column("reason", sa.Text),
    sa.UniqueConstraint("normal_form", name="alias_proposal_normal_form_key"),
    comment="Names that asks used and nothing bore (B14).",
)

model_call = sa.Table(
    "model_call",
    metadata,
    sa.Column("id", sa.BigInteger, sa.Identity(always=True), primary_key=True),
    sa.Column("at", _timestamp, nullable=False, server_default=sa.func.clock_timestamp()),
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
    sa.Column("retry_at", _timestamp, comment="what the endpoint asked to wait for"),
    sa.Index("model_call_health_ix", "provider", "model", "at"),
    sa.Index("model_call_trace_ix", "trace_id"),
    comment="Every request to a language model; prompt and reply are in the trace.",
)

model_spend = sa.Table(
    "model_spend",
    metadata,
    sa.Column("day", sa.Date, primary_key=True, comment="in the site's time zone"),
    sa.Column("tenant", sa.Text, primary_key=True),
    sa.Column("user_name", sa.Text, primary_key=True),
    sa.Column("calls", sa.Integer, nullable=False),
    sa.Column("tokens_in", sa.BigInteger, nullable=False),
    sa.Column("tokens_out", sa.BigInteger, nullable=False),
    sa.Column("cost_usd", sa.Double, nullable=False),
    comment="What was spent, in the same commit as the calls.",
)

model_key = sa.Table(
    "model_key",
    metadata,
    sa.Column("name", sa.Text, primary_key=True),
    sa.Column("reference", sa.Text, nullable=False, comment="env:NAME or file:/path"),
    sa.Column("salt", pg.BYTEA, nullable=False),
    sa.Column("checksum", pg.BYTEA, nullable=False, comment="of the key behind the reference"),
    sa.Column("not_before", _timestamp),
    sa.Column("expires_at", _timestamp),
    sa.Column("written_at", _timestamp, nullable=False),
    sa.Column("written_by", sa.Text, nullable=False),
    comment="Keys by reference; the audit has who wrote, read and failed to.",
)

model_recording = sa.Table(
    "model_recording",
    metadata,
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
    sa.Column("recorded_at", _timestamp, nullable=False, server_default=sa.func.clock_timestamp()),
    sa.Column("recorded_by", sa.Text, nullable=False, comment="trace id"),
    sa.Index("model_recording_fits_ix", "fits", "seq"),
    sa.Index("model_recording_subject_ix", "subject", "seq"),
    comment="Replies of models that nights replay; only added to, the newest that fits counts.",
)

"""golden suites: their nights, results and baselines; rollback requests; the audit"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = '0003'
down_revision = '0002'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('audit',
    sa.Column('seq', sa.BigInteger(), sa.Identity(always=True), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), server_default=sa.text('clock_timestamp()'), nullable=False),
    sa.Column('by', sa.Text(), nullable=False),
    sa.Column('act', sa.Text(), nullable=False),
    sa.Column('subject', sa.Text(), nullable=False),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('before', postgresql.JSONB(astext_type=sa.Text()), nullable=True),
    sa.Column('after', postgresql.JSONB(astext_type=sa.Text()), nullable=True),
    sa.PrimaryKeyConstraint('seq', name=op.f('audit_pk')),
    schema='canvas',
    comment='Who did what to what, and why; only added to.'
    )
    op.create_index('audit_subject_ix', 'audit', ['subject', 'seq'], unique=False, schema='canvas')
    op.create_table('golden_baseline',
    sa.Column('seq', sa.BigInteger(), sa.Identity(always=True), nullable=False),
    sa.Column('suite', sa.Text(), nullable=False),
    sa.Column('case_id', sa.Text(), nullable=False),
    sa.Column('trace_id', sa.Text(), nullable=True, comment='null: the case was taken out of the suite'),
    sa.Column('release_id', sa.Text(), nullable=False),
    sa.Column('fingerprint', postgresql.JSONB(astext_type=sa.Text()), nullable=True),
    sa.Column('assets', postgresql.JSONB(astext_type=sa.Text()), nullable=True, comment='what it read: asset id to content hash'),
    sa.Column('by', sa.Text(), nullable=False),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('seq', name=op.f('golden_baseline_pk')),
    schema='canvas',
    comment='What cases are compared with. Only added to; the newest row of a case counts.'
    )
    op.create_index('golden_baseline_case_ix', 'golden_baseline', ['suite', 'case_id', 'seq'], unique=False, schema='canvas')
    op.create_index('golden_baseline_trace_ix', 'golden_baseline', ['trace_id'], unique=False, schema='canvas')
    op.create_table('golden_night',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=True), nullable=False),
    sa.Column('seq', sa.BigInteger(), nullable=True, comment='in the order of ending, without gaps; null: runs'),
    sa.Column('suite', sa.Text(), nullable=False),
    sa.Column('day', sa.Date(), nullable=False),
    sa.Column('started_by', sa.Text(), nullable=False),
    sa.Column('whole', sa.Boolean(), nullable=False, comment='every case of the suite was to run'),
    sa.Column('release_id', sa.Text(), nullable=False),
    sa.Column('colour', sa.Text(), nullable=True, comment='green, red; null: it has not ended'),
    sa.Column('started_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('body', postgresql.JSONB(astext_type=sa.Text()), nullable=False, comment='the Night'),
    sa.PrimaryKeyConstraint('id', name=op.f('golden_night_pk')),
    sa.UniqueConstraint('seq', name='golden_night_seq_key'),
    schema='canvas',
    comment='One row per run of a suite.'
    )
    op.create_index('golden_night_suite_ix', 'golden_night', ['suite', 'seq'], unique=False, schema='canvas')
    op.create_table('golden_result',
    sa.Column('night', sa.BigInteger(), nullable=False),
    sa.Column('case_id', sa.Text(), nullable=False),
    sa.Column('outcome', sa.Text(), nullable=False),
    sa.Column('attempts', sa.Integer(), nullable=False),
    sa.Column('failures', sa.Integer(), nullable=False),
    sa.Column('trace_id', sa.Text(), nullable=True),
    sa.Column('duration_ms', sa.Double(), nullable=False),
    sa.Column('body', postgresql.JSONB(astext_type=sa.Text()), nullable=False, comment='the CaseResult'),
    sa.ForeignKeyConstraint(['night'], ['canvas.golden_night.id'], name=op.f('golden_result_night_fk'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('night', 'case_id', name=op.f('golden_result_pk')),
    schema='canvas',
    comment='One row per case of a night.'
    )
    op.create_index('golden_result_trace_ix', 'golden_result', ['trace_id'], unique=False, schema='canvas')
    op.create_table('rollback_request',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=True), nullable=False),
    sa.Column('suite', sa.Text(), nullable=False),
    sa.Column('night', sa.BigInteger(), nullable=False),
    sa.Column('status', sa.Text(), nullable=False),
    sa.Column('attempt', sa.Integer(), server_default='1', nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('body', postgresql.JSONB(astext_type=sa.Text()), nullable=False, comment='the RollbackRequest'),
    sa.ForeignKeyConstraint(['night'], ['canvas.golden_night.id'], name=op.f('rollback_request_night_fk')),
    sa.PrimaryKeyConstraint('id', name=op.f('rollback_request_pk')),
    sa.UniqueConstraint('night', name='rollback_request_night_key'),
    schema='canvas',
    comment='At most one per red night; a person decides.'
    )


def downgrade() -> None:
    op.drop_table('rollback_request', schema='canvas')
    op.drop_index('golden_result_trace_ix', table_name='golden_result', schema='canvas')
    op.drop_table('golden_result', schema='canvas')
    op.drop_index('golden_night_suite_ix', table_name='golden_night', schema='canvas')
    op.drop_table('golden_night', schema='canvas')
    op.drop_index('golden_baseline_trace_ix', table_name='golden_baseline', schema='canvas')
    op.drop_index('golden_baseline_case_ix', table_name='golden_baseline', schema='canvas')
    op.drop_table('golden_baseline', schema='canvas')
    op.drop_index('audit_subject_ix', table_name='audit', schema='canvas')
    op.drop_table('audit', schema='canvas')

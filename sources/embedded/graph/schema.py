"""Tables and functions of an embedded graph. `{schema}` stands for the quoted schema.

Queries read the view `node`, which shows only what the session's labels allow, the table `edge`,
and the functions of `FUNCTIONS` by their plain name. Walks lead through every node.
"""

from __future__ import annotations

from sources.embedded.graph.walks import WALKS

LABELS_SETTING = "canvas.graph_labels"
"""Of a session: hex of the lower-case labels it may see, one a line, or `*`. Unset shows none."""
FUNCTIONS = frozenset(
    (
        "graph_text",
        "graph_integer",
        "graph_number",
        "graph_boolean",
        "graph_timestamp",
        "graph_date",
        "graph_raw",
        "graph_reach",
        "graph_paths",
    )
)

TABLES = """
create table {schema}.stored_node (
    id bigint not null,
    labels text[] not null,
    key text,
    properties jsonb not null
);
create table {schema}.edge (
    id bigint not null,
    source bigint not null,
    target bigint not null,
    type text not null,
    properties jsonb not null
);
create table {schema}.label (label text primary key, nodes bigint not null);
comment on table {schema}.stored_node is 'Nodes; the key is the text of the property that tells
a collection''s nodes apart';
comment on table {schema}.edge is 'Relations, from source to target';
comment on table {schema}.label is 'Labels that occur';
"""

INDEXES = """
alter table {schema}.stored_node add primary key (id);
alter table {schema}.edge add primary key (id);
create index node_key on {schema}.stored_node (key);
create index node_labels on {schema}.stored_node using gin (labels);
create index edge_out on {schema}.edge (source, type) include (target);
create index edge_in on {schema}.edge (target, type) include (source);
insert into {schema}.label
    select label, count(*) from {schema}.stored_node, unnest(labels) label group by 1;
"""

VIEWS = """
create function {schema}.graph_sees_all() returns boolean stable parallel safe language sql as
    $$ select coalesce(current_setting('canvas.graph_labels', true), '') = '*' $$;

create function {schema}.graph_seen() returns text[] stable parallel safe language sql as $$
    select coalesce(array_agg(l.label), array[]::text[]) from {schema}.label l
     where lower(l.label) = any(string_to_array(convert_from(decode(
            replace(coalesce(current_setting('canvas.graph_labels', true), ''), '*', ''), 'hex'),
            'UTF8'), E'\\n'))
$$;

create view {schema}.node as
    select id, labels, key, properties from {schema}.stored_node
     where (select {schema}.graph_sees_all()) or labels && (select {schema}.graph_seen());
"""

READS = """
create function {schema}.graph_raw(properties jsonb, name text) returns text
    immutable parallel safe language sql as $$
    select case when jsonb_typeof(properties -> name) in ('string', 'number', 'boolean')
                then properties ->> name end $$;

create function {schema}.graph_text(properties jsonb, name text) returns text
    immutable parallel safe language sql as $$
    select case when jsonb_typeof(properties -> name) = 'string' then properties ->> name end $$;

create function {schema}.graph_integer(properties jsonb, name text) returns bigint
    stable parallel safe language sql as $$
    select case when jsonb_typeof(properties -> name) <> 'number' then null
                when properties ->> name ~ '^-?[0-9]{{1,18}}$' then (properties ->> name)::bigint
                when properties ->> name ~ '^-?[0-9]{{19}}$'
                 and pg_input_is_valid(properties ->> name, 'bigint')
                then (properties ->> name)::bigint end $$;

create function {schema}.graph_number(properties jsonb, name text) returns float8
    immutable parallel safe language sql as $$
    select case when jsonb_typeof(properties -> name) = 'number'
                then (properties ->> name)::float8 end $$;

create function {schema}.graph_boolean(properties jsonb, name text) returns boolean
    immutable parallel safe language sql as $$
    select case when jsonb_typeof(properties -> name) = 'boolean'
                then (properties ->> name)::boolean end $$;

create function {schema}.graph_timestamp(properties jsonb, name text) returns timestamptz
    stable parallel safe language sql as $$
    select case when jsonb_typeof(properties -> name) = 'string'
                 and properties ->> name ~ '^[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}[T ][0-9]{{2}}:'
                 and pg_input_is_valid(properties ->> name, 'timestamptz')
                then (properties ->> name)::timestamptz end $$;

create function {schema}.graph_date(properties jsonb, name text) returns date
    stable parallel safe language sql as $$
    select case when jsonb_typeof(properties -> name) = 'string'
                 and properties ->> name ~ '^[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}$'
                 and pg_input_is_valid(properties ->> name, 'date')
                then (properties ->> name)::date end $$;
"""
"""A value of another type than it is read as is null."""

SEED_INFO = """
create table {schema}.seed_info (
    name text primary key,
    version integer not null,
    anchor timestamptz not null,
    scale text not null,
    loaded_at timestamptz not null default now()
);
comment on table {schema}.seed_info is 'Which generated data is loaded';
"""
DEFINITIONS = (VIEWS, READS, WALKS)

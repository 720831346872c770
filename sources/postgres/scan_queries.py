"""What a scan asks of `pg_catalog`: a few statements over all tables at once."""

LISTED = """
    select c.oid, n.nspname, c.relname, c.relkind::text,
           has_schema_privilege(n.oid, 'USAGE') and has_table_privilege(c.oid, 'SELECT'),
           has_schema_privilege(n.oid, 'USAGE') and has_any_column_privilege(c.oid, 'SELECT'),
           c.reltuples::float8,
           c.relpages,
           pg_stat_get_analyze_count(c.oid) + pg_stat_get_autoanalyze_count(c.oid)
      from pg_class c join pg_namespace n on n.oid = c.relnamespace
     where c.relkind in ('r', 'p', 'v', 'm', 'f') and not c.relispartition
       and n.nspname not in ('pg_catalog', 'information_schema', 'pg_toast')
       and n.nspname not like 'pg\\_temp\\_%%' and n.nspname not like 'pg\\_toast\\_temp\\_%%'
       and (lower(n.nspname) = any(%(schemas)s)
         or lower(n.nspname || '.' || c.relname) = any(%(tables)s))
     order by n.nspname collate "C", c.relname collate "C"
"""
"""Oid, schema, name, kind, wholly readable, readable at all, rows, pages, and how often it was
analyzed."""

BARRED_COLUMNS = """
    select c.oid, a.attname
      from pg_class c join pg_attribute a on a.attrelid = c.oid
     where c.oid = any(%(oids)s) and a.attnum > 0 and not a.attisdropped
       and not has_column_privilege(c.oid, a.attnum, 'SELECT')
     order by c.oid, a.attnum
"""
"""Of tables that the role may read in part."""

SNAPSHOT = """
    select (pg_snapshot_xmax(s)::text::numeric %% 4294967296)::text,
           array(select (x::text::numeric %% 4294967296)::text from pg_snapshot_xip(s) as x)
      from pg_current_snapshot() as s
"""
"""The first transaction after this scan's, and those still open."""

WRITTEN_COLUMNS = """
    select count(*), count(*) filter
           (where age(xmin) <= age(%(edge)s::xid) or xmin = any(%(open)s::xid[]))
      from pg_attribute
     where attrelid = any(%(oids)s) and attnum > 0 and not attisdropped
    union all
    select count(*), count(*) filter
           (where age(xmin) <= age(%(edge)s::xid) or xmin = any(%(open)s::xid[]))
      from pg_description
     where classoid = 'pg_class'::regclass and objoid = any(%(oids)s)
"""
WRITTEN = """
    select count(*), count(*) filter
           (where age(xmin) <= age(%(edge)s::xid) or xmin = any(%(open)s::xid[]))
      from pg_class
     where oid = any(%(oids)s)
    union all
    select count(*), count(*) filter
           (where age(xmin) <= age(%(edge)s::xid) or xmin = any(%(open)s::xid[]))
      from pg_constraint
     where conrelid = any(%(oids)s) and contype in ('p', 'u', 'f') and conparentid = 0
    union all
    select count(*), count(*) filter
           (where age(c.xmin) <= age(%(edge)s::xid) or c.xmin = any(%(open)s::xid[]))
      from pg_index i join pg_class c on c.oid = i.indexrelid
     where i.indrelid = any(%(oids)s)
    union all
    select count(*), count(*) filter
           (where age(c.xmin) <= age(%(edge)s::xid) or c.xmin = any(%(open)s::xid[]))
      from pg_constraint k join pg_class c on c.oid = k.confrelid
     where k.conrelid = any(%(oids)s) and k.contype = 'f'
    union all
    select count(*), count(*) filter
           (where age(a.xmin) <= age(%(edge)s::xid) or a.xmin = any(%(open)s::xid[]))
      from pg_constraint k
      join pg_attribute a on a.attrelid = k.confrelid and a.attnum = any(k.confkey)
     where k.conrelid = any(%(oids)s) and k.contype = 'f'
    union all
    select count(*), count(*) filter
           (where age(xmin) <= age(%(edge)s::xid) or xmin = any(%(open)s::xid[]))
      from pg_type
     where oid >= 16384
    union all
    select count(*), count(*) filter
           (where age(xmin) <= age(%(edge)s::xid) or xmin = any(%(open)s::xid[]))
      from pg_inherits
    union all
    select count(*), count(*) filter
           (where age(xmin) <= age(%(edge)s::xid) or xmin = any(%(open)s::xid[]))
      from pg_namespace
    union all
    select count(*), count(*) filter
           (where age(xmin) <= age(%(edge)s::xid) or xmin = any(%(open)s::xid[]))
      from pg_extension
"""
"""Rows of each catalog that a scan reads, and how many were written since a snapshot: counts fall
when a row goes, and every other change writes one. Statistics are apart."""

COLUMNS = """
    select a.attrelid, a.attnum, a.attname, a.atttypid, a.atttypmod, a.attnotnull, d.description
      from pg_attribute a
      left join pg_description d on d.classoid = 'pg_class'::regclass
           and d.objoid = a.attrelid and d.objsubid = a.attnum
     where a.attrelid = any(%(oids)s) and a.attnum > 0 and not a.attisdropped
       and (a.attrelid <> all(%(partly)s)
         or has_column_privilege(a.attrelid, a.attnum, 'SELECT'))
     order by a.attrelid, a.attnum
"""
TYPES = """
    with recursive given as (
      select distinct atttypid as type, atttypmod as mod from pg_attribute
       where attrelid = any(%(oids)s) and attnum > 0 and not attisdropped
    ), based as (
      select oid as type, oid as base, typtype, typbasetype, typnotnull
        from pg_type where oid in (select type from given)
      union all
      select b.type, t.oid, t.typtype, t.typbasetype, b.typnotnull or t.typnotnull
        from based b join pg_type t on t.oid = b.typbasetype where b.typtype = 'd'
    )
    select g.type, g.mod, format_type(g.type, g.mod), b.base, b.typnotnull
      from given g join based b on b.type = g.type and b.typtype <> 'd'
"""
COMMENTS = """
    select objoid, description from pg_description
     where classoid = 'pg_class'::regclass and objsubid = 0 and objoid = any(%(oids)s)
"""
KEYS = """
    select conrelid, contype::text, conname, conkey, confrelid, confkey
      from pg_constraint
     where conrelid = any(%(oids)s) and contype in ('p', 'u', 'f') and conparentid = 0
     order by conrelid, conname collate "C"
"""
TARGETS = """
    select c.oid, n.nspname || '.' || c.relname, a.attnum, a.attname
      from pg_class c join pg_namespace n on n.oid = c.relnamespace
      join pg_attribute a on a.attrelid = c.oid and a.attnum > 0
     where c.oid in (
       select confrelid from pg_constraint where conrelid = any(%(oids)s) and contype = 'f')
       and c.oid <> all(%(whole)s)
"""
"""Names of what foreign keys point to, where it is not itself read whole."""

INDEXES = """
    select i.indrelid, i.indexrelid, c.relname, i.indisunique, i.indkey::int2[], i.indnkeyatts,
           i.indexprs is null and i.indpred is null and not i.indisunique and m.amname = 'btree'
             and i.relkind in ('r', 'm') and c.reloptions is null and c.reltablespace = 0
             and i.indnatts = i.indnkeyatts and 0 = all(i.indoption::int2[])
             and i.indcollation::oid[] <@ array[0, 100]::oid[],
           i.indclass::oid[], quote_ident(c.relname),
           quote_ident(i.nspname) || '.' || quote_ident(i.relname)
      from (
        select x.*, t.relkind, t.relname, n.nspname
          from pg_index x join pg_class t on t.oid = x.indrelid
          join pg_namespace n on n.oid = t.relnamespace
         where x.indrelid = any(%(oids)s) and x.indexrelid not in (
           select conindid from pg_constraint
            where conrelid = any(%(oids)s) and contype in ('p', 'u', 'x'))) as i
      join pg_class c on c.oid = i.indexrelid
      join pg_am m on m.oid = c.relam
     order by i.indrelid, c.relname collate "C"
"""
"""Without those that a key made: they are told as that key."""

DEFINITIONS = """
    select indexrelid, pg_get_indexdef(indexrelid),
           array(
             select pg_get_indexdef(indexrelid, k::int, true)
               from generate_series(1, indnkeyatts) as k)
      from pg_index where indexrelid = any(%(indexes)s)
"""
"""Of indexes that are no plain list of columns: the server takes a while to write one down."""

PLAIN = """
    select (select array_agg(o.oid) from pg_opclass o join pg_am m on m.oid = o.opcmethod
             where o.opcdefault and m.amname = 'btree'),
           (select array_agg(word::text) from pg_get_keywords() where catcode <> 'U'),
           (select array_agg(array[attrelid::int8, attnum::int8]) from pg_attribute
             where attrelid = any(%(oids)s) and attnum > 0 and attcollation not in (0, 100))
"""
"""What a plain index needs not say, words that need quotes, and columns of another collation."""

PAGES = """
    with own as (
      select oid, reltoastrelid, relpages from pg_class
       where oid = any(%(oids)s) and relkind in ('r', 'm') and reltuples >= 0
    ), pages as (
      select oid, relpages from own
      union all
      select o.oid, t.relpages from own o join pg_class t on t.oid = o.reltoastrelid
      union all
      select o.oid, c.relpages
        from own o join pg_index i on i.indrelid in (o.oid, o.reltoastrelid)
        join pg_class c on c.oid = i.indexrelid
    )
    select oid, sum(relpages) * current_setting('block_size')::int8 from pages group by oid
"""
"""Bytes of table, indexes and their overflow, as the last vacuum or analyze counted them: asking
for files would wait for every table that is locked, and open each one."""

PARTS = """
    with recursive below as (
      select inhparent as root, inhrelid as part from pg_inherits where inhparent = any(%(oids)s)
      union
      select b.root, i.inhrelid from below b join pg_inherits i on i.inhparent = b.part
    )
    select b.root, c.oid, greatest(c.reltuples, 0)::float8, c.reltuples >= 0
      from below b join pg_class c on c.oid = b.part and c.relkind in ('r', 'f')
"""
"""Leaves of each partitioned table, or chunks of each hypertable, and their rows if counted."""

PARTITION_KEYS = """
    select partrelid, pg_get_partkeydef(partrelid) from pg_partitioned_table
     where partrelid = any(%(oids)s)
"""
STATISTICS = """
    select c.oid, s.attname, s.n_distinct::float8, s.null_frac::float8,
           s.most_common_vals::text::text[],
           (s.histogram_bounds::text::text[])[1],
           (s.histogram_bounds::text::text[])[array_upper(s.histogram_bounds::text::text[], 1)]
      from pg_stats s
      join pg_namespace n on n.nspname = s.schemaname
      join pg_class c on c.relnamespace = n.oid and c.relname = s.tablename
     where s.schemaname = any(%(names)s) and c.oid = any(%(oids)s)
       and (not s.inherited or c.relkind = 'p')
"""
HAS_TIMESCALE = "select extversion from pg_extension where extname = 'timescaledb'"
HYPERTABLES = """
    select h.hypertable_schema || '.' || h.hypertable_name, coalesce(d.column_name::text, ''),
           coalesce(d.time_interval::text, d.integer_interval::text, ''),
           coalesce(h.num_chunks, 0)::int, coalesce(h.compression_enabled, false), ''
      from timescaledb_information.hypertables h
      left join timescaledb_information.dimensions d
        on d.hypertable_schema = h.hypertable_schema and d.hypertable_name = h.hypertable_name
       and d.dimension_number = 1
    union all
    select v.view_schema || '.' || v.view_name, coalesce(d.column_name::text, ''),
           coalesce(d.time_interval::text, d.integer_interval::text, ''),
           coalesce(h.num_chunks, 0)::int, coalesce(v.compression_enabled, false),
           v.hypertable_schema || '.' || v.hypertable_name
      from timescaledb_information.continuous_aggregates v
      left join timescaledb_information.dimensions d
        on d.hypertable_schema = v.materialization_hypertable_schema
       and d.hypertable_name = v.materialization_hypertable_name and d.dimension_number = 1
      left join timescaledb_information.hypertables h
        on h.hypertable_schema = v.materialization_hypertable_schema
       and h.hypertable_name = v.materialization_hypertable_name
"""

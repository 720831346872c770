"""What a scan asks of `pg_catalog`: a few statements over all tables at once."""

LISTED = """
    select c.oid, n.nspname, c.relname, c.relkind::text,
           has_schema_privilege(n.oid, 'USAGE') and has_table_privilege(c.oid, 'SELECT'),
           has_schema_privilege(n.oid, 'USAGE') and has_any_column_privilege(c.oid, 'SELECT'),
           c.reltuples::float8,
           case when c.relkind in ('r', 'm') then pg_relation_size(c.oid) end,
           pg_stat_get_analyze_count(c.oid) + pg_stat_get_autoanalyze_count(c.oid)
      from pg_class c join pg_namespace n on n.oid = c.relnamespace
     where c.relkind in ('r', 'p', 'v', 'm', 'f') and not c.relispartition
       and n.nspname not in ('pg_catalog', 'information_schema', 'pg_toast')
       and n.nspname not like 'pg\\_temp\\_%%' and n.nspname not like 'pg\\_toast\\_temp\\_%%'
       and (lower(n.nspname) = any(%(schemas)s)
         or lower(n.nspname || '.' || c.relname) = any(%(tables)s))
     order by n.nspname collate "C", c.relname collate "C"
"""
"""Oid, schema, name, kind, wholly readable, readable at all, rows, bytes of the main file, and how
often it was analyzed."""

TOKEN = """
    select (select count(*) || ':' || sum(hashint8extended(xmin::text::int8, oid::int8))
              from pg_class where oid = any(%(oids)s)),
           (select count(*) || ':'
                   || sum(hashint8extended(xmin::text::int8, attrelid::int8 * 2048 + attnum))
              from pg_attribute where attrelid = any(%(oids)s) and attnum > 0),
           (select count(*) || ':' || sum(hashint8extended(xmin::text::int8, oid::int8))
              from pg_constraint where conrelid = any(%(oids)s)),
           (select count(*) || ':'
                   || sum(hashint8extended(xmin::text::int8, indexrelid::int8))
              from pg_index where indrelid = any(%(oids)s)),
           (select count(*) || ':'
                   || sum(hashint8extended(xmin::text::int8, objoid::int8 * 2048 + objsubid))
              from pg_description
             where classoid = 'pg_class'::regclass and objoid = any(%(oids)s)),
           (select count(*) || ':' || sum(hashint8extended(xmin::text::int8, oid::int8))
              from pg_type where oid >= 16384),
           (select sum(hashint8extended(c.xmin::text::int8, c.oid::int8))
                   || ':'
                   || sum(hashint8extended(a.xmin::text::int8, a.attrelid::int8 + k.oid::int8))
              from pg_constraint k join pg_class c on c.oid = k.confrelid
              join pg_attribute a on a.attrelid = k.confrelid and a.attnum = any(k.confkey)
             where k.conrelid = any(%(oids)s) and k.contype = 'f'),
           (select count(*) || ':' || sum(hashint8extended(c.xmin::text::int8, c.oid::int8))
              from pg_index i join pg_class c on c.oid = i.indexrelid
             where i.indrelid = any(%(oids)s)),
           (select count(*) || ':' || sum(hashint8extended(xmin::text::int8, inhrelid::int8))
              from pg_inherits),
           (select count(*) || ':' || sum(hashint8extended(xmin::text::int8, oid::int8))
              from pg_namespace),
           (select count(*) || ':' || sum(hashint8extended(xmin::text::int8, oid::int8))
              from pg_extension)
"""
"""Changes when any row of the catalog that a scan reads is written; statistics are apart."""

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
      select distinct unnest(%(types)s::oid[]) as type, unnest(%(mods)s::int[]) as mod
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
    select k.conrelid, k.contype::text, k.conname, k.conkey,
           case when k.contype = 'f' then n.nspname || '.' || t.relname else '' end,
           case when k.contype = 'f' then array(
             select a.attname::text from unnest(k.confkey) with ordinality as f(num, place)
               join pg_attribute a on a.attrelid = k.confrelid and a.attnum = f.num
              order by f.place) else '{}' end
      from pg_constraint k
      left join pg_class t on t.oid = k.confrelid
      left join pg_namespace n on n.oid = t.relnamespace
     where k.conrelid = any(%(oids)s) and k.contype in ('p', 'u', 'f') and k.conparentid = 0
     order by k.conrelid, k.conname collate "C"
"""
INDEXES = """
    select i.indrelid, c.relname, i.indisunique, pg_get_indexdef(i.indexrelid), i.indkey::int2[],
           i.indnkeyatts,
           case when 0 = any(i.indkey::int2[]) then array(
             select pg_get_indexdef(i.indexrelid, k::int, true)
               from generate_series(1, i.indnkeyatts) as k) end
      from pg_index i join pg_class c on c.oid = i.indexrelid
     where i.indrelid = any(%(oids)s) and not exists (
       select from pg_constraint k
        where k.conindid = i.indexrelid and k.conrelid = i.indrelid
          and k.contype in ('p', 'u', 'x'))
     order by i.indrelid, c.relname collate "C"
"""
"""Without those that a key made: they are told as that key."""

SIZES = """
    select oid, pg_total_relation_size(oid) from pg_class
     where oid = any(%(oids)s) and relkind in ('r', 'm')
"""
PARTS = """
    with recursive below as (
      select inhparent as root, inhrelid as part from pg_inherits where inhparent = any(%(oids)s)
      union
      select b.root, i.inhrelid from below b join pg_inherits i on i.inhparent = b.part
    )
    select b.root, count(*),
           sum(c.reltuples) filter (where c.reltuples >= 0)::float8,
           sum(pg_total_relation_size(c.oid))::int8
      from below b join pg_class c on c.oid = b.part and c.relkind in ('r', 'f')
     group by b.root
"""
"""Leaves of each partitioned table, or chunks of each hypertable: how many, their rows, bytes."""

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

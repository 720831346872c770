"""A schema with every kind of cell, for roles that may and may not write."""

from __future__ import annotations

from dataclasses import dataclass

import psycopg
from psycopg.conninfo import conninfo_to_dict

from sources.postgres.source import PostgresSource

SEED = """
create schema lab;
create table lab.machine (id int primary key, name text, status text, zone text, parent_id int,
                          tags text[], data jsonb, note text);
insert into lab.machine select n, 'GT-0' || n, case n % 2 when 0 then 'down' else 'up' end, 'A',
       nullif(n - 1, 0), array['hot', 'new'], '{"model": "M1"}', 'n' from generate_series(1, 9) n;
create table lab.reading (machine_id int, at timestamptz, value numeric, note text);
insert into lab.reading select m, timestamptz '2026-01-01 00:00Z' + n * interval '1 hour', n * 1.5,
       'ok' from generate_series(1, 9) m, generate_series(1, 100) n;
create table lab.hidden (id int, secret text);
insert into lab.hidden values (1, 'do not show');
create view lab.large as select n, 'row ' || n as label from generate_series(1, 10000000) n;
create view lab.endless as select n from generate_series(1, 1000000000000) n;
create function lab.wipe() returns int language sql as 'delete from lab.machine returning 1';
create view lab.cell as select
    1::int2 as int2, 2::int4 as int4, 3::int8 as int8,
    1.5::numeric as numeric, 2.5::float8 as float8,
    true as bool, timestamptz '2026-01-01 09:00+09' as timestamptz,
    timestamp '2026-01-01 00:00' as timestamp, date '2026-01-02' as date,
    '{"a": [1]}'::jsonb as jsonb,
    '[1, 2]'::json as json, array[1, 2] as int_array,
    array[timestamptz '2026-01-01Z'] as time_array,
    '가스터빈'::text as text, 'v'::varchar(3) as varchar, interval '1 day 2 hours' as interval,
    time '01:02' as time, '10.0.0.1'::inet as inet, '\\x01ff'::bytea as bytea,
    '6f9619ff-8b86-d011-b42d-00cf4fc964ff'::uuid as uuid, int4range(1, 5) as range,
    null::text as nothing;
"""


@dataclass(frozen=True)
class Laboratory:
    """URLs of one database under three roles."""

    owner_url: str
    reader_url: str
    """SELECT on all but `lab.hidden`."""
    writer_url: str
    """May write to every table: for showing that the other walls hold without the role's."""

    def source(self, **settings: object) -> PostgresSource:
        """A source that may read the whole schema, as the reader."""
        chosen: dict[str, object] = {"allowed_tables": ["lab.*"], **settings}
        return PostgresSource("lab", self.reader_url, **chosen)  # pyright: ignore[reportArgumentType]

    def owner(self) -> psycopg.Connection[tuple[object, ...]]:
        return psycopg.connect(self.owner_url, autocommit=True)

    def sessions_of(self, url: str, state: str | None = None) -> int:
        """How many sessions that role has, at all or in one state."""
        query = (
            "select count(*) from pg_stat_activity"
            " where usename = %s and (%s::text is null or state = %s)"
        )
        with self.owner() as connection:
            row = connection.execute(query, [role_of(url), state, state]).fetchone()
        assert row is not None
        return row[0]

    def kill_all_of(self, url: str) -> int:
        """End every session of that role. Effects: at the server."""
        role = role_of(url)
        query = "select pg_terminate_backend(pid, 2000) from pg_stat_activity where usename = %s"
        with self.owner() as connection:
            return len(connection.execute(query, [role]).fetchall())


def role_of(url: str) -> str:
    return str(conninfo_to_dict(url)["user"])

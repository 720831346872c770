"""Walks as functions of the database: breadth first, one set-wide step a level, safe on cycles."""

WALKS = """
create function {schema}.graph_steps(ids bigint[], types text[], direction text)
    returns table (here bigint, there bigint, relation text, way text)
    stable parallel safe rows 5000 language sql as $$
    select f, e.target, e.type, 'out' from unnest(ids) f, lateral
        (select target, type from {schema}.edge where source = f offset 0) e
     where direction <> 'in' and e.type = any(types)
    union all
    select f, e.source, e.type, 'in' from unnest(ids) f, lateral
        (select source, type from {schema}.edge where target = f offset 0) e
     where direction <> 'out' and e.type = any(types)
$$;

create function {schema}.graph_reach(starts bigint[], types text[], direction text, most integer)
    returns table (id bigint, depth integer)
    stable parallel safe rows 1000 language plpgsql
    set plan_cache_mode = force_custom_plan set work_mem = '32MB' as $$
declare
    front bigint[] := starts;
    seen bigint[] := starts;
begin
    for level in 1 .. most loop
        select array_agg(f.there) into front from (
            select s.there from {schema}.graph_steps(front, types, direction) s
            except select unnest(seen)) f;
        exit when front is null;
        return query select f, level from unnest(front) f;
        seen := seen || front;
    end loop;
end $$;

create function {schema}.graph_paths(starts bigint[], ends bigint[], types text[],
        direction text, most integer, ways integer, known text[])
    returns table (path integer, hop integer, id bigint, relation text, way text)
    stable parallel safe rows 20 language plpgsql
    set plan_cache_mode = force_custom_plan set work_mem = '32MB' as $$
declare
    back text := case direction when 'out' then 'in' when 'in' then 'out' else direction end;
    a_ids bigint[];
    b_ids bigint[];
    a_levels integer[];
    b_levels integer[];
    a_front bigint[];
    b_front bigint[];
    met bigint[];
    fresh bigint[];
    a_hops integer := 0;
    b_hops integer := 0;
    on_ids bigint[];
    on_hops integer[];
    beam jsonb;
begin
    select array_agg(distinct s) into a_front from unnest(starts) s;
    select array_agg(distinct t) into b_front from unnest(ends) t where t <> all(starts);
    if a_front is null or b_front is null then return; end if;
    a_ids := a_front; a_levels := array_fill(0, array[cardinality(a_front)]);
    b_ids := b_front; b_levels := array_fill(0, array[cardinality(b_front)]);

    -- both ends go on by whole levels, the smaller first, until they meet
    while met is null loop
        if a_hops + b_hops >= most then return; end if;
        if cardinality(a_front) <= cardinality(b_front) then
            select array_agg(f.there) into fresh from (
                select s.there from {schema}.graph_steps(a_front, types, direction) s
                except select unnest(a_ids)) f;
            if fresh is null then return; end if;
            a_hops := a_hops + 1; a_front := fresh; a_ids := a_ids || fresh;
            a_levels := a_levels || array_fill(a_hops, array[cardinality(fresh)]);
            select array_agg(f) into met from
                (select unnest(fresh) f intersect select unnest(b_front)) m;
        else
            select array_agg(f.there) into fresh from (
                select s.there from {schema}.graph_steps(b_front, types, back) s
                except select unnest(b_ids)) f;
            if fresh is null then return; end if;
            b_hops := b_hops + 1; b_front := fresh; b_ids := b_ids || fresh;
            b_levels := b_levels || array_fill(b_hops, array[cardinality(fresh)]);
            select array_agg(f) into met from
                (select unnest(fresh) f intersect select unnest(a_front)) m;
        end if;
    end loop;

    -- the nodes that some shortest way passes, each with its hop
    on_ids := met; on_hops := array_fill(a_hops, array[cardinality(met)]);
    fresh := met;
    for level in reverse a_hops - 1 .. 0 loop
        select array_agg(distinct s.there) into fresh
          from {schema}.graph_steps(fresh, types, back) s
          join unnest(a_ids, a_levels) a(node, at) on a.node = s.there and a.at = level;
        on_ids := on_ids || fresh;
        on_hops := on_hops || array_fill(level, array[cardinality(fresh)]);
    end loop;
    fresh := met;
    for level in reverse b_hops - 1 .. 0 loop
        select array_agg(distinct s.there) into fresh
          from {schema}.graph_steps(fresh, types, direction) s
          join unnest(b_ids, b_levels) b(node, at) on b.node = s.there and b.at = level;
        on_ids := on_ids || fresh;
        on_hops := on_hops || array_fill(a_hops + b_hops - level, array[cardinality(fresh)]);
    end loop;

    -- the first ways by their keys: a way that is among the first begins with one that is
    select jsonb_agg(b.one) into beam from (
        select jsonb_build_object('ids', array[n.id], 'keys', array[k.key],
                   'types', array[]::text[], 'ways', array[]::text[]) as one
          from unnest(on_ids, on_hops) o(node, at) join {schema}.stored_node n on n.id = o.node,
               lateral (select case when n.labels && known then coalesce(n.key, '')
                                    else '' end as key) k
         where o.at = 0 order by k.key collate "C", n.id limit ways) b;
    for level in 1 .. a_hops + b_hops loop
        select jsonb_agg(b.one) into beam from (
            select jsonb_build_object('ids', g.ids, 'keys', g.keys, 'types', g.types,
                       'ways', g.led) as one
              from (select distinct
                        (select array_agg(v::bigint order by i)
                           from jsonb_array_elements_text(p.one -> 'ids')
                                with ordinality u(v, i)) || s.there as ids,
                        (select array_agg(v collate "C" order by i)
                           from jsonb_array_elements_text(p.one -> 'keys')
                                with ordinality u(v, i)) || k.key as keys,
                        coalesce((select array_agg(v collate "C" order by i)
                           from jsonb_array_elements_text(p.one -> 'types')
                                with ordinality u(v, i)), array[]::text[]) || s.relation as types,
                        coalesce((select array_agg(v collate "C" order by i)
                           from jsonb_array_elements_text(p.one -> 'ways')
                                with ordinality u(v, i)), array[]::text[]) || s.way as led
                      from jsonb_array_elements(beam) p(one)
                      cross join lateral {schema}.graph_steps(
                          array[(p.one -> 'ids' ->> -1)::bigint], types, direction) s
                      join unnest(on_ids, on_hops) o(node, at)
                        on o.node = s.there and o.at = level
                      join {schema}.stored_node n on n.id = s.there,
                           lateral (select case when n.labels && known then coalesce(n.key, '')
                                                else '' end as key) k) g
             order by g.keys collate "C", g.types collate "C", g.led collate "C", g.ids
             limit ways) b;
    end loop;

    return query
        select p.place::integer, (u.place - 1)::integer, u.id::bigint,
               p.one -> 'types' ->> (u.place - 2)::integer,
               p.one -> 'ways' ->> (u.place - 2)::integer
          from jsonb_array_elements(beam) with ordinality p(one, place),
               jsonb_array_elements_text(p.one -> 'ids') with ordinality u(id, place)
         where u.place > 1
        union all
        select p.place::integer, 0, (p.one -> 'ids' ->> 0)::bigint, null, null
          from jsonb_array_elements(beam) with ordinality p(one, place);
end $$;
"""
"""graph_steps: one step from these nodes, by the edges' index and no other way, with the relation
and whether it was followed along or against · graph_reach: every node that follows, once, with its
least distance · graph_paths: the shortest ways, at most `ways` of them, in order of their keys; a
node of no known label has none."""

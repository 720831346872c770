"""A graph plan in SQL, for the embedded graph's tables `node` and `edge` and its functions."""

from __future__ import annotations

from dataclasses import replace

from dagster_project.catalog.graph.columns import Measured
from dagster_project.catalog.graph.compiled import NODE_ID, CompiledGraph
from dagster_project.catalog.graph.reads import Picked, Read
from dagster_project.catalog.graph.request import GraphRequest, Sort
from dagster_project.catalog.graph.sql_reads import SQL_TYPES, SqlReads, literal, quote
from dagster_project.catalog.graph.view import GraphSchema


def write_sql(schema: GraphSchema, request: GraphRequest, namespace: str) -> CompiledGraph:
    """The statement, the one that counts its rows, and the one for a picture's edges."""
    return _Sql(schema, request, namespace).compile()


class _Sql:
    def __init__(self, schema: GraphSchema, request: GraphRequest, namespace: str) -> None:
        self.request = request
        self.reads = SqlReads(schema)
        self.labels = schema.labels
        self.node = f"{quote(namespace)}.{quote('node')}"
        self.edge = f"{quote(namespace)}.{quote('edge')}"
        self.types = self.reads.text_array(request.relations)

    def compile(self) -> CompiledGraph:
        match self.request.operation:
            case "find" | "missing":
                return self._of_nodes(self._match())
            case "neighbours" | "reach":
                return self._of_nodes(self._walk(), edges=self._edges())
            case "aggregate":
                return self._compiled(self._aggregate(), self._ordered())
            case "path":
                return self._compiled(self._path(), ' order by "path", "hop"')

    def _of_nodes(self, chosen: str, edges: str = "") -> CompiledGraph:
        """Rows of nodes: the first by what leads the order, and only of those all columns."""
        walks = bool(edges)
        leading = [sort for sort in self.request.sorts if sort.leads]
        reads = dict(self._node_columns("c.label")) | ({"depth": "w.depth"} if walks else {})
        order = ", ".join(_direction(reads[sort.name], sort) for sort in leading)
        kept = "n.id, n.key, n.properties, c.label as collection"
        first = (
            f"select {kept}{', w.depth' if walks else ''}{chosen} order by {order}"
            f" fetch first {self.request.limit} rows with ties"
        )
        columns = self._node_columns("n.collection")
        columns += [("depth", "n.depth"), (NODE_ID, "n.id")] if walks else []
        body = f"select {_aliased(columns)} from ({first}) n"
        compiled = self._compiled(body, self._ordered(), edges)
        return replace(compiled, count_text=f"select count(*) as total{chosen}")

    def _compiled(self, body: str, last: str, edges: str = "") -> CompiledGraph:
        return CompiledGraph(
            text=f"select * from ({body}) shown{last}",
            params=self.reads.values.values,
            columns=self.request.columns,
            labels=self.request.labels,
            edges_text=edges,
            edges_params=self.reads.values.values if edges else {},
        )

    # -- which nodes

    def _match(self) -> str:
        conditions = self.reads.conditions("n", self.request.start)
        if self.request.operation == "missing":
            conditions += self._lacks()
        return f" from {self.node} n{self._of('n')} where {' and '.join(conditions)}"

    def _of(self, name: str) -> str:
        return self.reads.collection(name, "c")

    def _lacks(self) -> list[str]:
        """No relation this way, and none that way."""
        found = " and ".join(self.reads.conditions("m", self.request.found))
        ways = {"out": (("source", "target"),), "in": (("target", "source"),)}
        either = (*ways["out"], *ways["in"])
        return [
            f"not exists (select 1 from {self.edge} e join {self.node} m on m.id = e.{there}"
            f" where e.{here} = n.id and e.type = any({self.types}) and {found})"
            for here, there in ways.get(self.request.direction, either)
        ]

    def _ids(self, name: str, picked: Picked) -> str:
        where = " and ".join(self.reads.conditions(name, picked))
        return f"array(select {name}.id from {self.node} {name} where {where})"

    def _walk(self) -> str:
        request = self.request
        call = (
            f"graph_reach({self._ids('s', request.start)}, {self.types},"
            f" {literal(request.direction)}, {request.max_depth})"
        )
        where = " and ".join(self.reads.conditions("n", request.found))
        return f" from {call} w join {self.node} n on n.id = w.id{self._of('n')} where {where}"

    # -- paths

    def _path(self) -> str:
        request = self.request
        call = (
            f"graph_paths({self._ids('s', request.start)}, {self._ids('t', request.found)},"
            f" {self.types}, {literal(request.direction)}, {request.max_depth}, {request.limit},"
            f" {self.reads.text_array(self.labels)})"
        )
        key, label, name, *shown = self._node_columns("c.label")
        heads = [("path", "w.path"), ("hop", "w.hop"), key, label, name]
        tails = [("relation", "w.relation"), ("direction", "w.way"), *shown]
        joined = f"{call} w left join {self.node} n on n.id = w.id{self._of('n')}"
        return f"select {_aliased([*heads, *tails])} from {joined}"

    # -- what is selected

    def _node_columns(self, known: str) -> list[tuple[str, str]]:
        """Each with its SQL over `n`; `known` is where the node's collection stands."""
        request = self.request
        name = self._read(Read("text", request.key.cases), known)
        if request.name is not None:
            name = f"coalesce({self._read(request.name, known)}, {name})"
        shown = [
            (one.column.name, self._read(one.read, known))
            for one in request.shown
            if one.read is not None
        ]
        return [("key", self._read(request.key, known)), ("label", known), ("name", name), *shown]

    def _read(self, read: Read, known: str = "c.label") -> str:
        labels = self.request.labels
        if self.request.operation == "path":  # a node of no collection has none of its values
            labels = (*labels, "")
        return self.reads.read("n", read, labels, known)

    def _aggregate(self) -> str:
        request = self.request
        columns = [
            (
                one.column.name,
                self._read(one.read) if one.read else "c.label",
            )
            for one in request.groups
        ]
        columns += [(m.column.name, self._measure(m)) for m in request.measures]
        grouped = ", ".join(str(place + 1) for place in range(len(request.groups)))
        group_by = f" group by {grouped}" if grouped else ""
        return f"select {_aliased(columns)}{self._match()}{group_by}"

    def _measure(self, measure: Measured) -> str:
        if measure.read is None:
            return "count(*)"
        value = self._read(measure.read)
        if measure.aggregate == "count_distinct":
            return f"count(distinct {value})"
        if measure.aggregate == "avg":
            return f"avg(({value})::float8)"
        if measure.read.type == "text":
            value = f'({value}) collate "C"'
        return f"{measure.aggregate}({value})::{SQL_TYPES[measure.read.type]}"

    def _ordered(self) -> str:
        parts = [_direction(quote(sort.name), sort) for sort in self.request.sorts]
        return f" order by {', '.join(parts)} limit {self.request.limit}"

    # -- a picture's edges

    def _edges(self) -> str:
        """Among the start and the nodes of `nodes`."""
        request, labels = self.request, self.request.edge_labels
        source, target = (self.reads.read(name, request.edge_key, labels) for name in "ab")
        chosen = f"(%(nodes)s::bigint[] || {self._ids('s', request.start)})"
        c = ' collate "C"'
        by_key = c if request.edge_key.type == "text" else ""
        return (
            'select "source", "type", "target" from (select distinct'
            f' {source} as "source", e.type as "type", {target} as "target"'
            f" from {self.edge} e join {self.node} a on a.id = e.source"
            f" join {self.node} b on b.id = e.target"
            f" where e.type = any({self.types})"
            f" and e.source = any({chosen}) and e.target = any({chosen})"
            f" and {self._known('a')} and {self._known('b')}) found"
            f' order by "source"{by_key}, "type"{c}, "target"{by_key}'
            f" limit {request.max_edges + 1}"
        )

    def _known(self, name: str) -> str:
        every = Picked(self.labels, None, ())
        return " and ".join(self.reads.conditions(name, every))


def _aliased(columns: list[tuple[str, str]]) -> str:
    return ", ".join(f"{sql} as {quote(name)}" for name, sql in columns)


def _direction(sql: str, sort: Sort) -> str:
    collated = f'{sql} collate "C"' if sort.type == "text" else sql
    return f"{collated}{' desc' if sort.descending else ''} nulls last"

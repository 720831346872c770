"""A graph plan in Cypher, for Neo4j 5.13 and later.

A walk is `min(length(p))` of a variable-length pattern, grouped by its end: the planner then walks
breadth first, meets each node once, and holds on cycles (docs/decisions/0010).
"""

from __future__ import annotations

from dagster_project.catalog.graph.columns import Measured
from dagster_project.catalog.graph.compiled import NODE_ID, CompiledGraph
from dagster_project.catalog.graph.cypher_reads import CypherReads, quote
from dagster_project.catalog.graph.reads import Picked, Read
from dagster_project.catalog.graph.request import GraphRequest
from dagster_project.catalog.graph.view import GraphSchema


def write_cypher(schema: GraphSchema, request: GraphRequest) -> CompiledGraph:
    """The statement, the one that counts its rows, and the one for a picture's edges."""
    return _Cypher(schema, request).compile()


class _Cypher:
    def __init__(self, schema: GraphSchema, request: GraphRequest) -> None:
        self.request = request
        self.reads = CypherReads(schema)
        self.labels = schema.labels

    def compile(self) -> CompiledGraph:
        match self.request.operation:
            case "find" | "missing":
                return self._compiled(self._match(), self._node_columns(), counted=True)
            case "aggregate":
                return self._compiled(self._match(), self._measures())
            case "path":
                return self._compiled(self._path(), self._path_columns())
            case "neighbours" | "reach":
                walk = self._walk()
                columns = [*self._node_columns(), ("depth", "depth")]
                columns.append((NODE_ID, "elementId(n)"))
                return self._compiled(walk, columns, counted=True, edges=self._edges())

    def _compiled(
        self,
        body: str,
        columns: list[tuple[str, str]],
        *,
        counted: bool = False,
        edges: str = "",
    ) -> CompiledGraph:
        request = self.request
        returned = ", ".join(f"{expression} AS {quote(name)}" for name, expression in columns)
        last = " ORDER BY `path`, `hop`" if request.operation == "path" else self._ordered()
        return CompiledGraph(
            text=f"{body} RETURN {returned}{last}",
            params=self.reads.values.values,
            columns=request.columns,
            labels=request.labels,
            count_text=f"{body} RETURN count(*) AS total" if counted else "",
            edges_text=edges,
            edges_params=self.reads.values.values if edges else {},
        )

    # -- which nodes

    def _match(self) -> str:
        start = self.request.start
        conditions = self.reads.conditions("n", start)
        if self.request.operation == "missing":
            conditions.append(self._lacks())
        return (
            f"MATCH {self.reads.node('n', start.labels)}{_where(conditions)} WITH n, {self._of()}"
        )

    def _of(self) -> str:
        return f"{self.reads.collection('n')} AS label"

    def _lacks(self) -> str:
        found = self.request.found
        conditions = self.reads.conditions("m", found)
        pattern = f"(n){self._arrow('', '')}{self.reads.node('m', found.labels)}"
        return f"NOT EXISTS {{ MATCH {pattern}{_where(conditions)} }}"

    def _starts(self) -> str:
        start = self.request.start
        where = _where(self.reads.conditions("s", start))
        return f"MATCH {self.reads.node('s', start.labels)}{where} WITH collect(s) AS starts"

    def _walk(self) -> str:
        """Conditions on what is met stand behind the walk, so that none of them steers it."""
        arrow = self._arrow("", f"*1..{self.request.max_depth}")
        pattern = f"p = {self.reads.node('s')}{arrow}{self.reads.node('n')}"
        where = _where(self._found("n", self.request.found))
        return (
            f"{self._starts()} UNWIND starts AS s MATCH {pattern} WHERE NOT n IN starts"
            f" WITH n, min(length(p)) AS depth{where} WITH n, depth, {self._of()}"
        )

    def _found(self, name: str, found: Picked) -> list[str]:
        """As conditions alone, behind a pattern of any label."""
        conditions = self.reads.conditions(name, found)
        if found.labels == self.labels:
            return conditions
        return [f"{name}:{'|'.join(quote(label) for label in found.labels)}", *conditions]

    def _arrow(self, name: str, length: str) -> str:
        types = "|".join(quote(one) for one in self.request.relations)
        inner = f"[{name}:{types}{length}]"
        return {"out": f"-{inner}->", "in": f"<-{inner}-", "both": f"-{inner}-"}[
            self.request.direction
        ]

    # -- paths

    def _path(self) -> str:
        """All shortest ways between the pairs; of those the shortest, in order of their keys."""
        request, found = self.request, self.request.found
        where = _where(["NOT t IN starts", *self.reads.conditions("t", found)])
        ends = f"MATCH {self.reads.node('t', found.labels)}{where} UNWIND starts AS s"
        arrow = self._arrow("", f"*..{request.max_depth}")
        pattern = f"allShortestPaths({self.reads.node('s')}{arrow}{self.reads.node('t')})"
        along = (
            "[i IN range(0, length(p) - 1) | CASE WHEN startNode(relationships(p)[i])"
            " = nodes(p)[i] THEN 'out' ELSE 'in' END] AS ways"
        )
        key = self.reads.read("x", Read("text", request.key.cases), self._possible())
        return (
            f"{self._starts()} {ends} WITH s, t MATCH p = {pattern}"
            f" WITH DISTINCT nodes(p) AS met, [r IN relationships(p) | type(r)] AS types, {along}"
            f" WITH met, types, ways, [x IN met | coalesce({key}, '')] AS keys"
            f" ORDER BY size(types), keys, types, ways LIMIT {request.limit}"
            " WITH collect({met: met, types: types, ways: ways}) AS found"
            " UNWIND range(0, size(found) - 1) AS i"
            " WITH i + 1 AS path, found[i] AS way, size(found[0].types) AS hops"
            " WHERE size(way.types) = hops UNWIND range(0, hops) AS hop"
            " WITH path, hop, way, way.met[hop] AS n"
            f" WITH path, hop, way, n, {self._of()}"
        )

    def _path_columns(self) -> list[tuple[str, str]]:
        key, label, name, *shown = self._node_columns()
        relation = "CASE WHEN hop > 0 THEN way.types[hop - 1] END"
        way = "CASE WHEN hop > 0 THEN way.ways[hop - 1] END"
        heads = [("path", "path"), ("hop", "hop"), key, label, name]
        return [*heads, ("relation", relation), ("direction", way), *shown]

    # -- what is returned

    def _node_columns(self) -> list[tuple[str, str]]:
        request = self.request
        key = self._read(request.key)
        name = self._read(Read("text", request.key.cases))
        if request.name is not None:
            name = f"coalesce({self._read(request.name)}, {name})"
        shown = [
            (one.column.name, self._read(one.read)) for one in request.shown if one.read is not None
        ]
        return [("key", key), ("label", "label"), ("name", name), *shown]

    def _read(self, read: Read) -> str:
        return self.reads.read("n", read, self._possible(), "label")

    def _possible(self) -> tuple[str, ...]:
        """On a path a node can be of no collection: each read then asks for its label."""
        labels = self.request.labels
        return (*labels, "") if self.request.operation == "path" else labels

    def _measures(self) -> list[tuple[str, str]]:
        groups = [
            (one.column.name, self._read(one.read) if one.read else "label")
            for one in self.request.groups
        ]
        return [*groups, *((m.column.name, self._measure(m)) for m in self.request.measures)]

    def _measure(self, measure: Measured) -> str:
        if measure.read is None:
            return "count(n)"
        value = self._read(measure.read)
        if measure.aggregate == "count_distinct":
            return f"count(DISTINCT {value})"
        if measure.aggregate == "sum":
            return f"CASE WHEN count({value}) > 0 THEN sum({value}) END"
        if measure.aggregate == "avg":  # Cypher's own is a running mean, a little off
            return f"CASE WHEN count({value}) > 0 THEN toFloat(sum({value})) / count({value}) END"
        return f"{measure.aggregate}({value})"

    def _ordered(self) -> str:
        parts: list[str] = []
        for sort in self.request.sorts:
            name = quote(sort.name)
            parts += [f"{name} IS NULL, {name} DESC"] if sort.descending else [name]
        return f" ORDER BY {', '.join(parts)} LIMIT {self.request.limit}"

    # -- a picture's edges

    def _edges(self) -> str:
        """Among the start and the nodes of `$nodes`."""
        node, labels, key = self.reads.node, self.request.edge_labels, self.request.edge_key
        types = "|".join(quote(one) for one in self.request.relations)
        source, target = (self.reads.read(name, key, labels) for name in "ab")
        return (
            f"{self._starts()} OPTIONAL MATCH {node('m')} WHERE elementId(m) IN $nodes"
            " WITH starts, collect(m) AS met WITH starts + met AS chosen UNWIND chosen AS a"
            f" MATCH {node('a')}-[r:{types}]->{node('b')} WHERE b IN chosen"
            f" WITH DISTINCT {source} AS source, type(r) AS type, {target} AS target"
            " RETURN source, type, target ORDER BY source, type, target"
            f" LIMIT {self.request.max_edges + 1}"
        )


def _where(conditions: list[str]) -> str:
    return f" WHERE {' AND '.join(conditions)}" if conditions else ""

"""The yard: three machines in a database, a graph, a shelf of guides and an API of work orders."""

from __future__ import annotations

import secrets
import ssl
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import psycopg
import pytest

from dagster_project.canvas import Canvas
from dagster_project.canvas.scans import approve, scan_catalog
from dagster_project.registry import versions
from dagster_project.registry.load import load_site
from dagster_project.store.database import Database, open_database
from dagster_project.store.embedded import EmbeddedPostgres
from dagster_project.store.settings import Settings
from failing_sources.assets import FILES, MOCK_GRAPH
from failing_sources.relay import Relay
from sources.embedded.graph.load import GraphNode, GraphRelation, grant_graph, load_graph
from sources.vector.endpoint import EndpointEmbedder
from sources.vector.index import index_documents
from tests.neo4j_server import Neo4jServer
from tests.sources.http_api.certificates import Authority
from tests.sources.http_api.scripted import Answer, Asked, ScriptedServer, answer, serving
from tests.sources.vector.embedding_server import Script, embedding_server

DOCS_SCHEMA = "docs_yard_docs"
PASSWORD = "in-the-yard"
TOKEN = "yard-token"
MACHINES = (("P-1", "pump one", "vibration"), ("P-2", "pump two", "leak"),
            ("P-3", "pump three", "noise"))  # fmt: skip
CATALOGS = {
    "yard_db": "yard",
    "yard_graph": "yard_graph",
    "yard_docs": "yard_docs",
    "yard_api": "yard_api",
}
"""By source."""
SPARES = {
    "yard": "yard.spare",
    "yard_graph": "label:Spare",
    "yard_docs": "collection:spares",
    "yard_api": "operation:spares",
}
"""By catalog, what is in quarantine."""
_TABLES = """
create schema yard;
create table yard.machine (id text primary key, name text, state text, alarm text);
create table yard.spare (id int, name text);
"""


@dataclass
class Yard:
    """The site and everything in it that can be made to fail."""

    settings: Settings
    owner_url: str
    """Of the database that holds the tables and the index, past the relays."""
    db: Relay
    docs: Relay
    api: Relay
    graph: Relay | None
    """None with the embedded graph."""
    reader: str
    """Role of the tables' source."""
    shelf_reader: str
    """Role of the documents' source."""
    embedder: Script
    orders: ScriptedServer
    good: ssl.SSLContext
    expired: ssl.SSLContext
    neo4j: Neo4jServer | None
    neo4j_user: str

    @contextmanager
    def owner(self) -> Iterator[psycopg.Connection]:
        with psycopg.connect(self.owner_url, autocommit=True) as connection:
            yield connection

    def run(self, statement: str) -> None:
        with self.owner() as connection:
            connection.execute(statement.encode())

    def canvas(self) -> Canvas:
        return Canvas.open(self.settings)


@contextmanager
def open_yard(
    make_settings: Callable[..., Settings],
    server: EmbeddedPostgres,
    folder: Path,
    neo4j: Neo4jServer | None,
) -> Iterator[Yard]:
    """Everything runs, is indexed and published; nothing was asked or scanned yet."""
    mark = secrets.token_hex(4)
    settings = make_settings(folder / "site")
    authority = Authority(folder)
    good, expired = authority.server_context(), authority.server_context(ends_in_days=-1)
    owner_url = server.url(str(settings.database_url).rpartition("/")[2])
    postgres = psycopg.conninfo.conninfo_to_dict(owner_url)
    with ExitStack() as stack:
        embedder = stack.enter_context(embedding_server())
        orders = stack.enter_context(serving(well("orders", "spares")))
        db = stack.enter_context(Relay(int(str(postgres["port"])), good, postgres=True))
        docs = stack.enter_context(Relay(int(str(postgres["port"])), good, postgres=True))
        api = stack.enter_context(Relay(orders.server_address[1], good))
        graph = stack.enter_context(Relay(neo4j.port, good)) if neo4j else None
        database = stack.enter_context(open_database(settings))
        yard = Yard(
            settings, owner_url, db, docs, api, graph, f"yard_{mark}", f"shelf_{mark}", embedder,
            orders, good, expired, neo4j, f"yard_{mark}",
        )  # fmt: skip
        environment = {
            "YARD_DB_URL": _url(postgres, yard.reader, db, authority),
            "YARD_DOCS_URL": _url(postgres, yard.shelf_reader, docs, authority),
            "YARD_GRAPH_PASSWORD": PASSWORD,
            "YARD_EMBEDDER_KEY": "k",
            "YARD_API_TOKEN": TOKEN,
        }
        patch = stack.enter_context(pytest.MonkeyPatch.context())
        for name, value in environment.items():
            patch.setenv(name, value)
        _write(yard, authority)
        stack.callback(_forget_roles, yard)
        _fill_tables(yard)
        _fill_documents(yard)
        _fill_graph(yard, database)
        versions.sync(database, load_site(settings.home).require_good(), by="test")
        versions.publish(database, None, by="test", reason="test")
        _lose_the_spares(yard)
        yield yard


def well(*operations: str) -> Callable[[Asked], Answer]:
    """The API when it is well, with these operations."""
    return lambda asked: _answered(asked, operations)


def _answered(asked: Asked, operations: tuple[str, ...]) -> Answer:
    if asked.path == "/openapi.json":
        return answer(_described(operations))
    if asked.headers.get("authorization") != f"Bearer {TOKEN}":
        return answer({"message": "who are you"}, 401)
    machine = asked.query.get("machine", [""])[0]
    return answer({"items": [{"id": f"W-{machine}", "title": f"look after {machine}"}]})


def _described(names: tuple[str, ...]) -> dict[str, object]:
    schema = {"type": "array", "items": {"properties": {"id": {"type": "string"}}}}
    told = {"responses": {"200": {"content": {"application/json": {"schema": schema}}}}}
    paths = {f"/{name}": {"get": {"operationId": name, **told}} for name in names}
    return {"openapi": "3.0.3", "info": {"title": "yard", "version": "1"}, "paths": paths}


def _url(parts: dict[str, object], role: str, relay: Relay, authority: Authority) -> str:
    return (
        f"postgresql://{role}:{PASSWORD}@127.0.0.1:{relay.port}/{parts['dbname']}"
        f"?sslmode=verify-full&sslrootcert={quote(str(authority.ca_file))}&gssencmode=disable"
    )


def _write(yard: Yard, authority: Authority) -> None:
    values = {
        "{graph_port}": str(yard.graph.port) if yard.graph else "",
        "{graph_user}": yard.neo4j_user,
        "{api_port}": str(yard.api.port),
        "{embedder}": yard.embedder.address,
        "{ca_file}": "authority.pem",
    }
    home = yard.settings.home
    files = FILES if yard.neo4j else {**FILES, "sources/yard_graph": MOCK_GRAPH}
    for name, text in files.items():
        for mark, value in values.items():
            text = text.replace(mark, value)  # noqa: PLW2901
        path = home / "assets_config" / f"{name}.yaml"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    (home / "authority.pem").write_bytes(authority.ca_file.read_bytes())
    for shelf in ("guides", "spares"):
        (home / shelf).mkdir()
        for machine, name, alarm in MACHINES:
            told = f"# {name}: {alarm}\n\nWhat to do about {alarm} of {machine}, the {name}.\n"
            (home / shelf / f"{machine.lower()}.md").write_text(told, encoding="utf-8")


def _fill_tables(yard: Yard) -> None:
    with yard.owner() as owner:
        for role in (yard.reader, yard.shelf_reader):
            owner.execute(f"create role {role} login password '{PASSWORD}'".encode())
        owner.execute(_TABLES)
        for machine, name, alarm in MACHINES:
            row = (machine, name, "running", alarm)
            owner.execute("insert into yard.machine values (%s, %s, %s, %s)", row)
        owner.execute(f"grant usage on schema yard to {yard.reader}".encode())
        owner.execute(f"grant select on all tables in schema yard to {yard.reader}".encode())


def _fill_documents(yard: Yard) -> None:
    embedder = EndpointEmbedder("yard_docs", yard.embedder.address, "m", 32, api_key="k")
    with yard.owner() as owner:
        for shelf in ("guides", "spares"):
            folder = yard.settings.home / shelf
            index_documents(
                owner, DOCS_SCHEMA, shelf, folder, ["**/*.md"], embedder, reader=yard.shelf_reader
            )
    embedder.close()


def _fill_graph(yard: Yard, database: Database) -> None:
    if yard.neo4j is None:
        nodes = [
            *(
                GraphNode(number, ("Machine",), machine, {"id": machine, "name": name})
                for number, (machine, name, _) in enumerate(MACHINES, start=1)
            ),
            GraphNode(9, ("Spare",), "S", {"id": "S"}),
        ]
        edges = [GraphRelation(n, n % 3 + 1, "feeds") for n in (1, 2, 3)]
        with yard.owner() as owner:
            load_graph(owner, "yard_graph", nodes, edges)
            role = psycopg.conninfo.conninfo_to_dict(database.reader_url)["user"]
            grant_graph(owner, "yard_graph", str(role))
        return
    yard.neo4j.run(f"CREATE USER {yard.neo4j_user} SET PASSWORD '{PASSWORD}' CHANGE NOT REQUIRED")
    yard.neo4j.run("CREATE (:Spare {id: 'S'})")
    yard.neo4j.fill(
        "CREATE (:Machine {id: row.id, name: row.name})",
        [{"id": machine, "name": name} for machine, name, _ in MACHINES],
    )
    yard.neo4j.run(
        "MATCH (a:Machine), (b:Machine) WHERE (a.id + b.id) IN ['P-1P-2', 'P-2P-3', 'P-3P-1']"
        " CREATE (a)-[:feeds]->(b)"
    )


def _lose_the_spares(yard: Yard) -> None:
    """Every catalog is scanned and approved; then a part of each source goes, and is in quarantine.

    Nothing that is asked needs it.
    """
    with yard.canvas() as canvas:
        for catalog in CATALOGS.values():
            assert scan_catalog(canvas, catalog, "test").report.error == ""
            approve(canvas, catalog, "test", "as it was built")
        yard.run("drop table yard.spare")
        yard.run(f"delete from {DOCS_SCHEMA}.collections where name = 'spares'")
        yard.orders.script = well("orders")
        if yard.neo4j is not None:
            yard.neo4j.run("MATCH (s:Spare) DELETE s")
        else:
            yard.run("delete from yard_graph.stored_node where key = 'S'")
        for catalog, spare in SPARES.items():
            assert scan_catalog(canvas, catalog, "test").report.newly_quarantined == (spare,)


def _forget_roles(yard: Yard) -> None:
    with yard.owner() as owner:
        for role in (yard.reader, yard.shelf_reader):
            owner.execute(f"drop owned by {role}".encode())
            owner.execute(f"drop role {role}".encode())
    if yard.neo4j is not None:
        yard.neo4j.run(f"DROP USER {yard.neo4j_user} IF EXISTS")

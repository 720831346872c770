"""The site's config assets, as text. `{db_port}` and the like are filled in by the site."""

from __future__ import annotations

POLICY = """kind: policy
name: default
description: Rules of the yard.
spec:
  limits: {max_steps: 6, step_timeout_seconds: 0.8, ask_timeout_seconds: 12}
  replan: {max_internal_retries: 1, deadline_seconds: 12}
  out_of_scope: {ko: 설비에 대해서만 답합니다., en: I answer about the yard's machines.}
  calendar: {time_zone: Asia/Seoul}
"""
SCREEN = """kind: screen
name: default
description: Notices, then what was found.
spec:
  sections: [{block: notice}, {block: markdown}, {block: table}, {block: graph},
    {block: doc_link}, {block: references, folded: true}]
"""
RESOLVER = """kind: resolver
name: yard
description: The machines' names.
spec:
  entity_mappings: [{entity: machine, catalog: yard}]
"""

# --- sources

DB = """kind: source
name: yard_db
description: The yard's machines.
spec:
  engine: postgres
  environment: real
  connection: {url_ref: "env:YARD_DB_URL"}
  permissions: {allowed_schemas: [yard], allowed_tables: ["yard.*"]}
  health_check: {timeout_seconds: 2, retries: 0, max_latency_ms: 100}
"""
GRAPH = """kind: source
name: yard_graph
description: What feeds what.
spec:
  engine: neo4j
  environment: real
  connection: {scheme: bolt+s, host: 127.0.0.1, port: {graph_port}, database: neo4j,
    user: {graph_user}, password_ref: "env:YARD_GRAPH_PASSWORD", ca_file: "{ca_file}"}
  permissions: {allowed_tables: ["*"], allowed_operations: [read]}
  health_check: {timeout_seconds: 2, retries: 0, max_latency_ms: 100}
"""
MOCK_GRAPH = """kind: source
name: yard_graph
description: What feeds what, in the embedded graph.
spec:
  engine: neo4j
  environment: mock
  seed: none
  permissions: {allowed_schemas: [yard_graph], allowed_tables: ["*"], allowed_operations: [read]}
"""
DOCS = """kind: source
name: yard_docs
description: Guides for the machines.
spec:
  engine: vector
  environment: real
  connection: {url_ref: "env:YARD_DOCS_URL"}
  permissions: {allowed_tables: ["*"], allowed_operations: [search]}
  health_check: {timeout_seconds: 2, retries: 0, max_latency_ms: 100}
  embedder: {kind: endpoint, model: m, dimension: 32, base_url: "{embedder}",
    api_key_ref: "env:YARD_EMBEDDER_KEY"}
"""
API = """kind: source
name: yard_api
description: Work orders.
spec:
  engine: http_api
  environment: real
  connection: {base_url: "https://127.0.0.1:{api_port}", openapi: /openapi.json,
    token_ref: "env:YARD_API_TOKEN", ca_file: "{ca_file}"}
  permissions: {allowed_tables: [/orders, /spares], allowed_operations: [get]}
  http: {requests_per_second: 1000, retries: 0}
  health_check: {timeout_seconds: 2, retries: 0, max_latency_ms: 100}
"""

# --- catalogs

YARD = """kind: schema_catalog
name: yard
description: Machines.
spec:
  source: yard_db
  entities:
    - {name: machine, table: yard.machine, key: id, label_en: name, label_ko: name,
       names: {ko: [설비], en: [machine]}}
  tables:
    - name: yard.machine
      names: {ko: [설비], en: [machine]}
      primary_key: [id]
      columns:
        - {name: id, type: text, role: key}
        - {name: name, type: text, role: label}
        - {name: state, type: text, role: dimension}
        - {name: alarm, type: text}
    - name: yard.spare
      names: {ko: [예비품], en: [spare part]}
      columns: [{name: id, type: integer, role: key}, {name: name, type: text}]
"""
YARD_GRAPH = """kind: schema_catalog
name: yard_graph
description: What feeds what.
spec:
  source: yard_graph
  graph_collections:
    - label: Machine
      key: id
      entity: machine
      label_en: name
      label_ko: name
      names: {ko: [그래프 설비], en: [graph machine]}
      properties: [{name: id, type: text, role: key}, {name: name, type: text, role: label}]
    - label: Spare
      key: id
      names: {ko: [그래프 예비품], en: [graph spare]}
      properties: [{name: id, type: text, role: key}]
  relationships: [{name: feeds, from_labels: [Machine], to_labels: [Machine], kind: connection}]
"""
YARD_DOCS = """kind: schema_catalog
name: yard_docs
description: Guides.
spec:
  source: yard_docs
  document_collections:
    - {name: guides, folder: guides, names: {ko: [안내서], en: [guide]}}
    - {name: spares, folder: spares, names: {ko: [예비품 문서], en: [spares paper]}}
"""
YARD_API = """kind: schema_catalog
name: yard_api
description: Work orders.
spec:
  source: yard_api
  api_operations:
    - {id: orders, path: /orders, columns: [{name: id, type: text}]}
    - {id: spares, path: /spares, columns: [{name: id, type: text}]}
"""

# --- queries

_MACHINE = (
    "params: [{name: machine, type: entity, entity: machine,"
    " names: {ko: [설비], en: [machine]}}]\n  sample_params: {machine: P-1}"
)
STATE = f"""kind: query
name: machine_state
title: {{ko: 설비 상태, en: State}}
description: How one machine stands.
spec:
  form: template
  source: yard_db
  catalog: yard
  text: select m.id, m.name, m.state, m.alarm from yard.machine m where m.id = %(machine)s
  {_MACHINE}
  output_schema: [{{name: id, type: text}}, {{name: name, type: text}},
    {{name: state, type: text}}, {{name: alarm, type: text}}]
  references: [{{table: yard.machine}}]
  examples: {{ko: [P-1 지금 상태], en: [state of P-1]}}
"""
FEEDS = f"""kind: query
name: machine_feeds
title: {{ko: 공급 대상, en: Feeds}}
description: What one machine feeds.
spec:
  form: graph_plan
  source: yard_graph
  catalog: yard_graph
  graph: {{operation: reach, start: {{label: Machine, keys: [$machine]}},
    found: {{label: Machine}}, relations: [feeds], max_depth: 3}}
  {_MACHINE}
  examples: {{ko: [P-1 공급 대상], en: [what does P-1 feed]}}
"""
GUIDES = """kind: query
name: machine_guides
title: {ko: 안내서, en: Guides}
description: Passages of the guides.
spec:
  form: search
  source: yard_docs
  catalog: yard_docs
  search: {collections: [guides], words: $text, top_k: 2, weights: {vector: 0.5, text: 0.5}}
  params: [{name: text, type: text, many: true, names: {ko: [찾을 말], en: [words]}}]
  references: [{table: guides, label: document}]
  examples: {ko: [진동 조치 안내서], en: [guide for vibration]}
  sample_params: {text: vibration}
"""
ORDERS = f"""kind: query
name: machine_orders
title: {{ko: 작업 지시, en: Orders}}
description: Work orders of one machine.
spec:
  form: http
  source: yard_api
  catalog: yard_api
  http: {{path: /orders, query: {{machine: $machine}}, rows: $.items}}
  {_MACHINE}
  output_schema: [{{name: id, type: text}}, {{name: title, type: text}}]
  references: [{{table: /orders, label: id}}]
  examples: {{ko: [P-1 작업 지시], en: [orders of P-1]}}
"""
LOOK_OVER = f"""kind: query
name: look_over
title: {{ko: 둘러보기, en: Look over}}
description: State and feeds, with guides and orders where they can be had.
spec:
  form: recipe
  catalog: yard
  steps:
    - {{id: state, query: machine_state, params: {{machine: $machine}}}}
    - {{id: feeds, query: machine_feeds, params: {{machine: $machine}}}}
    - {{id: guides, query: machine_guides, params: {{text: $state.alarm}}, optional: true}}
    - {{id: orders, query: machine_orders, params: {{machine: $machine}}, optional: true}}
  {_MACHINE}
  examples: {{ko: [P-1 둘러보기], en: [look over P-1]}}
"""
PAPERWORK = f"""kind: query
name: paperwork
title: {{ko: 서류, en: Paperwork}}
description: Guides and orders, with state and feeds where they can be had.
spec:
  form: recipe
  catalog: yard
  steps:
    - {{id: guides, query: machine_guides, params: {{text: $machine}}}}
    - {{id: orders, query: machine_orders, params: {{machine: $machine}}}}
    - {{id: state, query: machine_state, params: {{machine: $machine}}, optional: true}}
    - {{id: feeds, query: machine_feeds, params: {{machine: $machine}}, optional: true}}
  {_MACHINE}
  examples: {{ko: [P-1 서류], en: [paperwork of P-1]}}
"""
FILES = {
    "policies/default": POLICY,
    "screens/default": SCREEN,
    "resolvers/yard": RESOLVER,
    "sources/yard_db": DB,
    "sources/yard_graph": GRAPH,
    "sources/yard_docs": DOCS,
    "sources/yard_api": API,
    "schema_catalogs/yard": YARD,
    "schema_catalogs/yard_graph": YARD_GRAPH,
    "schema_catalogs/yard_docs": YARD_DOCS,
    "schema_catalogs/yard_api": YARD_API,
    "queries/machine_state": STATE,
    "queries/machine_feeds": FEEDS,
    "queries/machine_guides": GUIDES,
    "queries/machine_orders": ORDERS,
    "queries/look_over": LOOK_OVER,
    "queries/paperwork": PAPERWORK,
}

"""The files of a small good site: a bakery, so that nothing of the shipped plant is assumed."""

from __future__ import annotations

SOURCE = """\
kind: source
name: bakery
description: The ovens' database.
spec:
  engine: postgres
  environment: real
  connection: {url_ref: 'env:BAKERY_URL'}
  permissions:
    allowed_schemas: [bakery]
    allowed_tables: [bakery.oven, bakery.batch]
"""
CATALOG = """\
kind: schema_catalog
name: bakery
description: Ovens and what they baked.
spec:
  source: bakery
  tables:
    - name: bakery.oven
      columns:
        - {name: oven_id, type: text, role: key}
        - {name: label, type: text, role: label}
        - {name: class, type: text, role: dimension, values: [{value: deck}, {value: rack}]}
      list_columns: [oven_id, label]
    - name: bakery.batch
      columns:
        - {name: oven_id, type: text}
        - {name: at, type: timestamp, role: time}
        - {name: loaves, type: integer, role: measure}
  entities:
    - name: oven
      table: bakery.oven
      key: oven_id
      label_en: label
      class_column: class
  metrics:
    - name: loaves
      names: {en: [loaves], ko: [빵]}
      table: bakery.batch
      column: loaves
  time_columns: {bakery.batch: at}
  join_keys:
    - {many: bakery.batch.oven_id, one: bakery.oven.oven_id}
"""
QUERY = """\
kind: query
name: batches
description: What an oven baked in a span of time.
spec:
  form: template
  source: bakery
  catalog: bakery
  text: |
    select b.at, b.loaves
    from bakery.batch b
    where b.oven_id = %(oven)s
      and b.at >= %(window_start)s and b.at < %(window_end)s
    order by b.at
  params:
    - {name: oven, type: entity, entity: oven}
    - {name: window, type: time_range, required: false, default: 24h}
  output_schema:
    - {name: at, type: timestamp}
    - {name: loaves, type: integer}
  references: [{table: bakery.batch}]
  examples:
    en: [what did oven 1 bake]
    ko: [1호기가 구운 빵]
  sample_params: {oven: O-1, window: 24h}
"""
OPEN_QUERY = """\
kind: query
name: explore
description: Any question over the catalog.
spec:
  form: table_plan
  source: bakery
  catalog: bakery
  intents: [list, aggregate]
  sample_plan:
    table: bakery.batch
    measures: [{name: total, aggregate: sum, metric: loaves}]
    dimensions: [{name: class, column: bakery.oven.class}]
    filters: [{column: bakery.oven.class, op: '=', values: [deck]}]
"""
RECIPE = """\
kind: query
name: check
description: The state of an oven.
spec:
  form: recipe
  catalog: bakery
  params:
    - {name: oven, type: entity, entity: oven}
  steps:
    - {id: made, query: batches, params: {oven: $oven, window: 7d}}
    - {id: more, query: batches, params: {oven: $oven}, optional: true}
"""
MAPPING = """\
kind: mapping
name: batches
description: Batches over time.
spec:
  query: batches
  rules:
    - when: [time_series, rows]
      summary: {ko: '{rows}건', en: '{rows} batches'}
      blocks:
        - {type: timeseries, x: at, y: [loaves]}
        - {type: table, columns: [at, loaves]}
"""
SCREEN = """\
kind: screen
name: batches
description: Chart above table.
spec:
  mappings: [batches]
  sections:
    - {block: timeseries}
    - {block: table, folded: true}
"""
RESOLVER = """\
kind: resolver
name: ovens
description: What people call the ovens.
spec:
  entity_mappings:
    - {entity: oven, catalog: bakery, alias_columns: [label]}
  alias_groups:
    - {entity: oven, key: O-1, aliases: [the old one]}
  pattern_rules:
    - {entity: oven, pattern: '(?i)oven (\\d+)', key: 'O-{1}'}
"""
POLICY = """\
kind: policy
name: site
description: What is allowed here.
spec:
  access:
    - {roles: ['*'], sources: [bakery], masked_columns: [bakery.oven.label]}
  quick_rules:
    - name: greeting
      action: direct
      match: whole
      words: {en: [hello], ko: [안녕]}
      answer: {en: Hello., ko: 안녕하세요.}
      examples: [hello, 안녕]
      counter_examples: [which oven is hot]
  out_of_scope: {en: I know ovens., ko: 오븐만 압니다.}
  calendar: {time_zone: Asia/Seoul}
"""
MODEL_POLICY = f"""\
{POLICY}\
  models:
    providers:
      - {{name: site, base_url: 'https://llm/v1', api_key_ref: 'key:llm', region: seoul}}
    models:
      - {{name: main, provider: site, model: a, usd_per_million_in: 1, usd_per_million_out: 4}}
      - {{name: spare, provider: site, model: b, usd_per_million_in: 2}}
    routing: {{deny: [spare], region_weights: {{seoul: 1}}}}
    budgets: {{user_day_usd: 1}}
"""
PROMPT = """\
kind: prompt
name: route
description: Route and plan.
spec:
  stage: route_plan
  policy: site
  catalogs: [bakery]
  system: You plan.
  user: 'Question: {{ question }}'
  variables: [question]
  sample: {question: what did oven 1 bake}
"""
GRAPH_SOURCE = """\
kind: source
name: floor
description: Which oven stands behind which.
spec:
  engine: neo4j
  environment: real
  connection: {url_ref: 'env:FLOOR_URL'}
  permissions: {allowed_tables: [Oven], allowed_operations: [read]}
"""
GRAPH_CATALOG = """\
kind: schema_catalog
name: floor
description: Ovens and the gas that feeds them.
spec:
  source: floor
  graph_collections:
    - label: Oven
      key: oven_id
      entity: oven
      label_en: name
      properties:
        - {name: oven_id, type: text, role: key}
        - {name: name, type: text, role: label}
      list_properties: [name]
  relationships:
    - {name: FEEDS, from_labels: [Oven], to_labels: [Oven], kind: dependency}
"""
GRAPH_QUERY = """\
kind: query
name: fed_by
description: What an oven feeds.
spec:
  form: graph_plan
  source: floor
  catalog: floor
  graph:
    operation: reach
    start: {label: Oven, keys: [$oven]}
    relations: [FEEDS]
    max_depth: 3
  params:
    - {name: oven, type: entity, entity: oven}
  sample_params: {oven: O-1}
"""
NOTES_SOURCE = """\
kind: source
name: notes
description: What bakers wrote down.
spec:
  engine: vector
  environment: mock
  permissions: {allowed_tables: ['*'], allowed_operations: [search]}
"""
NOTES_CATALOG = """\
kind: schema_catalog
name: notes
description: The bakers' notes.
spec:
  source: notes
  document_collections: [{name: notes, folder: notes}]
"""
NOTES_QUERY = """\
kind: query
name: notes
description: Notes about something.
spec:
  form: search
  source: notes
  catalog: notes
  search: {collections: [notes], words: $text}
  params: [{name: text, type: text}]
"""
GOOD_FILES: dict[str, str | bytes | None] = {
    "sources/bakery.yaml": SOURCE,
    "schema_catalogs/bakery.yaml": CATALOG,
    "queries/batches.yaml": QUERY,
    "queries/explore.yaml": OPEN_QUERY,
    "queries/check.yaml": RECIPE,
    "mappings/batches.yaml": MAPPING,
    "screens/batches.yaml": SCREEN,
    "resolvers/ovens.yaml": RESOLVER,
    "policies/site.yaml": POLICY,
    "prompts/route.yaml": PROMPT,
    "sources/floor.yaml": GRAPH_SOURCE,
    "schema_catalogs/floor.yaml": GRAPH_CATALOG,
    "queries/fed_by.yaml": GRAPH_QUERY,
    "sources/notes.yaml": NOTES_SOURCE,
    "schema_catalogs/notes.yaml": NOTES_CATALOG,
    "queries/notes.yaml": NOTES_QUERY,
}

"""Files that must be refused, each with its finding: code, line, field and a way out."""

from __future__ import annotations

from typing import NamedTuple

from registry.good_site import (
    CATALOG,
    GRAPH_CATALOG,
    GRAPH_QUERY,
    GRAPH_SOURCE,
    MAPPING,
    MODEL_POLICY,
    NOTES_QUERY,
    POLICY,
    PROMPT,
    QUERY,
    RECIPE,
    RESOLVER,
    SCREEN,
    SOURCE,
)


class Broken(NamedTuple):
    """One broken file. `line` is the text of the line that the finding must point at."""

    label: str
    path: str
    text: str | bytes
    code: str
    field: str
    line: str
    way_out: str
    """In the finding's nearest name or in what it expected."""


def edited(label: str, path: str, text: str, old: str, new: str, *rest: str) -> Broken:
    """A good file with one change; by default the finding points at the changed line."""
    assert text.count(old) >= 1, (label, old)
    code, field, way_out, *line = rest
    where = line[0] if line else next(iter(new.splitlines()), "")
    return Broken(label, path, text.replace(old, new, 1), code, field, where, way_out)


QUERY_PATH, CATALOG_PATH = "queries/batches.yaml", "schema_catalogs/bakery.yaml"
SOURCE_PATH, MAPPING_PATH = "sources/bakery.yaml", "mappings/batches.yaml"
RECIPE_PATH, RESOLVER_PATH = "queries/check.yaml", "resolvers/ovens.yaml"
POLICY_PATH, PROMPT_PATH = "policies/site.yaml", "prompts/route.yaml"
GRAPH_QUERY_PATH, NOTES_QUERY_PATH = "queries/fed_by.yaml", "queries/notes.yaml"
ALIASES = "a0: &a0 [x,x,x,x,x,x,x,x,x,x]\n" + "".join(
    f"a{n}: &a{n} [{','.join([f'*a{n - 1}'] * 10)}]\n" for n in range(1, 8)
)
SECOND_RECIPE = RECIPE.replace("name: check", "name: again").replace(
    "made, query: batches", "made, query: check"
)

FILE_PROBLEMS = [
    Broken("not UTF-8", QUERY_PATH, QUERY.encode().replace(b"1\xed", b"1\xff"), "CFG001", "",
           "    ko: [1", "UTF-8"),
    Broken("empty", QUERY_PATH, "", "CFG002", "", "", "`spec`"),
    Broken("comments only", QUERY_PATH, "# later\n", "CFG002", "", "# later", "`spec`"),
    Broken("too large", QUERY_PATH, QUERY + "#" * (2 << 20), "CFG003", "", "kind: query", "2,097"),
    Broken("alias bomb", QUERY_PATH, ALIASES, "CFG003", "", "a5: ", "smaller"),
    Broken("nested too deep", QUERY_PATH, "[" * 100_000, "CFG003", "", "[[[", "flatter"),
    edited("tab for indentation", QUERY_PATH, QUERY, "  source: bakery", "\tsource: bakery",
           "CFG004", "", "spaces"),
    edited("colon in plain text", QUERY_PATH, QUERY, "What an", "What: an", "CFG004", "", "quotes",
           "description: What: an"),
    edited("open quote", QUERY_PATH, QUERY, "{oven: O-1", "{oven: 'O-1", "CFG004", "", "closing",
           ""),
    edited("control character", QUERY_PATH, QUERY, "What an", "What\x07 an", "CFG004", "",
           "printable", "description: What"),
    edited("duplicate key", QUERY_PATH, QUERY, "  catalog: bakery", "  source: bakery", "CFG005",
           "", "once", "  source: bakery#2"),
    edited("tag", QUERY_PATH, QUERY, "What an oven", "!!python/name:os.system x", "CFG006", "",
           "plain", "description: !!python"),
    edited("merge key", QUERY_PATH, QUERY, "  source: bakery", "  <<: {source: bakery}", "CFG006",
           "", "written out"),
    Broken("two documents", QUERY_PATH, QUERY + "---\n" + QUERY, "CFG006", "", "---", "one"),
    Broken("a list", QUERY_PATH, "- kind: query\n", "CFG007", "", "- kind", "`kind:`"),
]  # fmt: skip
HEADER_PROBLEMS = [
    edited("unknown kind", QUERY_PATH, QUERY, "kind: query", "kind: qurey", "CFG010", "kind",
           "query"),
    edited("kind of another folder", QUERY_PATH, QUERY, "kind: query", "kind: mapping", "CFG011",
           "kind", "mappings/"),
    edited("name of another file", QUERY_PATH, QUERY, "name: batches", "name: batchs", "CFG012",
           "name", "batches"),
    edited("no description", QUERY_PATH, QUERY,
           "description: What an oven baked in a span of time.\n",
           "", "CFG021", "description", "description", "kind: query"),
    edited("no spec", QUERY_PATH, QUERY, "spec:", "specs:", "CFG021", "spec", "`spec:`",
           "kind: query"),
    edited("misspelt header field", QUERY_PATH, QUERY, "spec:", "ownr: me\nspec:", "CFG020", "ownr",
           "owner"),
]  # fmt: skip
FIELD_PROBLEMS = [
    edited("misspelt field", QUERY_PATH, QUERY, "  catalog:", "  catlog:", "CFG020", "spec.catlog",
           "catalog"),
    edited("misspelt inner field", QUERY_PATH, QUERY, "required: false", "requird: false", "CFG020",
           "spec.params[1].requird", "required", "    - {name: window"),
    edited("missing inner field", QUERY_PATH, QUERY, "{name: at, type: timestamp}", "{name: at}",
           "CFG021", "spec.output_schema[0].type", "type", "    - {name: at}"),
    edited("wrong type", QUERY_PATH, QUERY, "ko: [1호기가 구운 빵]", "ko: 1호기가 구운 빵",
           "CFG022",
           "spec.examples.ko", "a list", "    ko: 1"),
    edited("number for text", QUERY_PATH, QUERY, "description: What an", "description: 12 #",
           "CFG022",
           "description", "quotes"),
    edited("wrong member of a union", QUERY_PATH, QUERY, "default: 24h", "default: [24h]", "CFG022",
           "spec.params[1].default", "number", "    - {name: window"),
    edited("bad enum", QUERY_PATH, QUERY, "type: entity", "type: entitty", "CFG023",
           "spec.params[0].type", "entity", "    - {name: oven"),
    edited("out of range", MAPPING_PATH, MAPPING, "  query:", "  max_rows: 0\n  query:", "CFG024",
           "spec.max_rows", "greater than or equal to 1"),
    edited("form without payload", QUERY_PATH, QUERY, "  form: template", "  form: recipe",
           "CFG025", "spec", "", "spec:"),
    edited("password", SOURCE_PATH, SOURCE, "{url_ref: 'env:BAKERY_URL'}",
           "{host: db, password: hunter2}", "CFG026", "spec.connection.password", "env:NAME",
           "  connection:"),
    edited("password as reference", SOURCE_PATH, SOURCE, "url_ref: 'env:BAKERY_URL'",
           "host: db, password_ref: hunter2", "CFG026", "spec.connection.password_ref", "env:NAME",
           "  connection:"),
    edited("URL with a password", SOURCE_PATH, SOURCE, "url_ref: 'env:BAKERY_URL'",
           "host: 'postgresql://me:hunter2@db/x'", "CFG026", "", "env:NAME", "  connection:"),
    edited("NUL", QUERY_PATH, QUERY, "description: What an oven", 'description: "What\\0" #',
           "CFG027",
           "", "text", "kind: query"),
    edited("a name twice", QUERY_PATH, QUERY, "{name: window", "{name: oven", "CFG028",
           "spec.params[1].name", "another name", "    - {name: oven, type: time"),
]  # fmt: skip
REFERENCE_PROBLEMS = [
    edited("unknown source", CATALOG_PATH, CATALOG, "source: bakery", "source: bakry", "CFG030",
           "spec.source", "bakery", "  source: bakry"),
    edited("unknown catalog", QUERY_PATH, QUERY, "catalog: bakery", "catalog: bakry", "CFG030",
           "spec.catalog", "bakery", "  catalog: bakry"),
    edited("unknown query", MAPPING_PATH, MAPPING, "query: batches", "query: batchs", "CFG030",
           "spec.query", "batches", "  query: batchs"),
    edited("unknown mapping", "screens/batches.yaml", SCREEN, "[batches]", "[batchs]", "CFG030",
           "spec.mappings[0]", "batches", "  mappings:"),
    edited("unknown step query", RECIPE_PATH, RECIPE, "query: batches", "query: bathces", "CFG030",
           "spec.steps[0].query", "batches", "    - {id: made"),
    edited("recipe in itself", RECIPE_PATH, RECIPE, "query: batches", "query: check", "CFG032",
           "spec.steps[0].query", "does not reach itself", "    - {id: made"),
    edited("entity's table", CATALOG_PATH, CATALOG, "table: bakery.oven", "table: bakery.ovens",
           "CFG040", "spec.entities[0].table", "bakery.oven", "      table: bakery.ovens"),
    edited("entity's key", CATALOG_PATH, CATALOG, "key: oven_id", "key: ovenid", "CFG041",
           "spec.entities[0].key", "oven_id", "      key: ovenid"),
    edited("metric's column", CATALOG_PATH, CATALOG, "column: loaves", "column: loafs", "CFG041",
           "spec.metrics[0].column", "loaves", "      column: loafs"),
    edited("time column", CATALOG_PATH, CATALOG, "bakery.batch: at}", "bakery.batch: att}",
           "CFG041",
           "spec.time_columns.bakery.batch", "at", "  time_columns"),
    edited("join key", CATALOG_PATH, CATALOG, "one: bakery.oven.oven_id", "one: bakery.ovn.oven_id",
           "CFG040", "spec.join_keys[0].one", "bakery.oven.oven_id", "    - {many"),
    edited("listed column", CATALOG_PATH, CATALOG, "[oven_id, label]", "[oven_id, labl]", "CFG041",
           "spec.tables[0].list_columns[1]", "label", "      list_columns"),
    edited("parameter's entity", QUERY_PATH, QUERY, "entity: oven}", "entity: ofen}", "CFG042",
           "spec.params[0].entity", "oven", "    - {name: oven"),
]  # fmt: skip
ENGINE_PROBLEMS = [
    edited("start's collection", GRAPH_QUERY_PATH, GRAPH_QUERY, "label: Oven", "label: Ovn",
           "CFG043", "spec.graph.start.label", "Oven", "    start"),
    edited("relation's end", "schema_catalogs/floor.yaml", GRAPH_CATALOG, "to_labels: [Oven]",
           "to_labels: [Ovne]", "CFG043", "spec.relationships[0].to_labels[0]", "Oven",
           "    - {name: FEEDS"),
    edited("followed relation", GRAPH_QUERY_PATH, GRAPH_QUERY, "[FEEDS]", "[FEED]", "CFG044",
           "spec.graph.relations[0]", "FEEDS", "    relations"),
    edited("listed property", "schema_catalogs/floor.yaml", GRAPH_CATALOG, "[name]", "[nam]",
           "CFG045", "spec.graph_collections[0].list_properties[0]", "name",
           "      list_properties"),
    edited("searched collection", NOTES_QUERY_PATH, NOTES_QUERY, "[notes]", "[note]", "CFG046",
           "spec.search.collections[0]", "notes", "  search"),
    edited("words of no parameter", NOTES_QUERY_PATH, NOTES_QUERY, "$text", "$txt", "CFG052",
           "spec.search.words", "text", "  search"),
    edited("start of no parameter", GRAPH_QUERY_PATH, GRAPH_QUERY, "$oven", "$oben", "CFG052",
           "spec.graph.start.keys[0]", "oven", "    start"),
    edited("form of another engine", NOTES_QUERY_PATH, NOTES_QUERY, "source: notes",
           "source: bakery", "CFG058", "spec.form", "table_plan", "  form"),
    edited("operation of another engine", "sources/floor.yaml", GRAPH_SOURCE, "[read]", "[select]",
           "CFG025", "spec.permissions.allowed_operations", "[read]", "  permissions"),
]  # fmt: skip
QUERY_PROBLEMS = [
    edited("SQL grammar", QUERY_PATH, QUERY, "where b.oven_id =", "where where b.oven_id =",
           "CFG050", "spec.text", "grammar", "    where where"),
    edited("lone percent", QUERY_PATH, QUERY, "order by b.at", "order by b.at % 2", "CFG050",
           "spec.text", "%%", "    order by b.at % 2"),
    edited("not a SELECT", QUERY_PATH, QUERY, "select b.at, b.loaves\n    from bakery.batch b",
           "delete from bakery.batch b", "CFG051", "spec.text", "SELECT", "  text: |"),
    edited("two statements", QUERY_PATH, QUERY, "order by b.at", "order by b.at; drop table x",
           "CFG051", "spec.text", "one SELECT", "  text: |"),
    edited("writing CTE", QUERY_PATH, QUERY, "select b.at, b.loaves\n    from",
           "with gone as (delete from bakery.oven returning 1)\n    select b.at, b.loaves from",
           "CFG051", "spec.text", "one SELECT", "  text: |"),
    edited("undeclared parameter", QUERY_PATH, QUERY, "%(oven)s", "%(ofen)s", "CFG052", "spec.text",
           "oven", "    where b.oven_id = %(ofen)s"),
    edited("unused parameter", QUERY_PATH, QUERY, "b.oven_id = %(oven)s", "true", "CFG053",
           "spec.params[0].name", "%(oven)s", "    - {name: oven"),
    edited("step parameter", RECIPE_PATH, RECIPE, "window: 7d", "windw: 7d", "CFG054",
           "spec.steps[0].params.windw", "window", "    - {id: made"),
    edited("sample parameter", QUERY_PATH, QUERY, "{oven: O-1", "{ofen: O-1", "CFG054",
           "spec.sample_params.ofen", "oven", "  sample_params"),
    edited("recipe value", RECIPE_PATH, RECIPE, "{oven: $oven}", "{oven: $made.lovaes}", "CFG055",
           "spec.steps[1].params.oven", "$made.loaves", "    - {id: more"),
    edited("table not allowed", QUERY_PATH, QUERY, "from bakery.batch b", "from bakery.wages b",
           "CFG056", "spec.text", "bakery.batch", "  text: |"),
    edited("undeclared output", QUERY_PATH, QUERY, "{name: loaves, type", "{name: loavs, type",
           "CFG057", "spec.output_schema[1].name", "loaves", "    - {name: loavs"),
]  # fmt: skip
OTHER_PROBLEMS = [
    edited("mapped column", MAPPING_PATH, MAPPING, "y: [loaves]", "y: [loavs]", "CFG060",
           "spec.rules[0].blocks[0].y[0]", "loaves", "        - {type: timeseries"),
    edited("mapped cell", MAPPING_PATH, MAPPING, "'{rows} batches'", "'{row} batches'", "CFG060",
           "spec.rules[0].summary.en", "rows", "      summary"),
    edited("regular expression", RESOLVER_PATH, RESOLVER, "(\\d+)", "(\\d+", "CFG070",
           "spec.pattern_rules[0].pattern", "regular expression", "    - {entity: oven, pattern"),
    edited("pattern group", RESOLVER_PATH, RESOLVER, "O-{1}", "O-{2}", "CFG071",
           "spec.pattern_rules[0].key", "group", "    - {entity: oven, pattern"),
    edited("resolver's entity", RESOLVER_PATH, RESOLVER, "entity: oven, key", "entity: ovn, key",
           "CFG042", "spec.alias_groups[0].entity", "oven", "    - {entity: ovn"),
    edited("alias column", RESOLVER_PATH, RESOLVER, "[label]", "[lable]", "CFG041",
           "spec.entity_mappings[0].alias_columns[0]", "label", "    - {entity: oven, catalog"),
    edited("quick rule", POLICY_PATH, POLICY, "examples: [hello, 안녕]",
           "examples: [good day, 안녕]", "CFG072", "spec.quick_rules[0].examples[0]",
           "one of its words", "      examples"),
    edited("time zone", POLICY_PATH, POLICY, "Asia/Seoul", "Asia/Soul", "CFG073",
           "spec.calendar.time_zone", "Asia/Seoul", "  calendar"),
    edited("masked column", POLICY_PATH, POLICY, "bakery.oven.label", "bakery.oven.lable", "CFG041",
           "spec.access[0].masked_columns[0]", "label", "    - {roles"),
    edited("prompt template", PROMPT_PATH, PROMPT, "{{ question }}", "{{ question", "CFG074",
           "spec.user", "Jinja2", "  user"),
    edited("prompt variable of no stage", PROMPT_PATH, PROMPT, "[question]", "[question, rows]",
           "CFG074", "spec.variables[1]", "time_zone", "  variables"),
    edited("prompt variable", PROMPT_PATH, PROMPT, "{{ question }}", "{{ qestion }}", "CFG074",
           "spec.user", "question", "  user"),
]  # fmt: skip
MODEL_PROBLEMS = [
    edited("user in a model's URL", POLICY_PATH, MODEL_POLICY, "https://llm/v1",
           "https://hunter2@llm/v1", "CFG026", "spec.models.providers[0].base_url", "api_key_ref",
           "      - {name: site"),
    edited("key in a model's URL", POLICY_PATH, MODEL_POLICY, "https://llm/v1",
           "https://llm/v1?api-key=hunter2", "CFG026", "spec.models.providers[0].base_url",
           "api_key_ref", "      - {name: site"),
    edited("password in a model's URL", POLICY_PATH, MODEL_POLICY, "https://llm/v1",
           "https://me:hunter2@llm/v1", "CFG026", "", "env:NAME", "      - {name: site"),
    edited("key in clear", POLICY_PATH, MODEL_POLICY, "key:llm", "hunter2hunter2", "CFG026",
           "spec.models.providers[0].api_key_ref", "env:NAME", "      - {name: site"),
    edited("key behind a prefix", POLICY_PATH, MODEL_POLICY, "key:llm", "env:sk-hunter2", "CFG026",
           "spec.models.providers[0].api_key_ref", "env:NAME", "      - {name: site"),
    edited("key in a field of its own", POLICY_PATH, MODEL_POLICY, "api_key_ref: 'key:llm'",
           "api_key: hunter2", "CFG026", "spec.models.providers[0].api_key", "env:NAME",
           "      - {name: site"),
    edited("denied model", POLICY_PATH, MODEL_POLICY, "deny: [spare]", "deny: [spair]", "CFG090",
           "spec.models.routing.deny[0]", "spare", "    routing"),
    edited("model's provider", POLICY_PATH, MODEL_POLICY, "provider: site, model: b",
           "provider: sight, model: b", "CFG025", "spec.models", "site", "  models"),
]  # fmt: skip
BROKEN = (
    FILE_PROBLEMS
    + HEADER_PROBLEMS
    + FIELD_PROBLEMS
    + REFERENCE_PROBLEMS
    + ENGINE_PROBLEMS
    + QUERY_PROBLEMS
    + OTHER_PROBLEMS
    + MODEL_PROBLEMS
)

"""A search request → one SELECT over the index's tables.

Text ranking is BM25 over our own words, divided by what a passage with all asked words would get;
vector ranking is the cosine, by exact comparison. Both are 0 to 1 and stay comparable between
searches, so that `min_score` means something; the fused score is their weighted sum. The best
passage of each document comes first, a document's further passages only fill up.
"""

from __future__ import annotations

import re

from sources.vector.search_request import SearchRequest
from sources.vector.words import words_of

SCHEMA_NAME = re.compile(r"[a-z_][a-z0-9_]{0,62}")
ALSO_WEIGHT = 0.5
"""Of a word that means the same, beside an asked one."""
K1, B = 1.2, 0.75
COLUMNS = ("document", "title", "headings", "quote", "score", "page", "collection", "anchor")

_SEARCH = """
with asked as (
    select id, name, passages, words from {schema}.collections
    where name = any(%(collections)s) and embedder = %(embedder)s
),
totals as (
    select sum(passages)::float8 as passages,
           greatest(sum(words), 1)::float8 / greatest(sum(passages), 1) as length
    from asked
),
{rankings},
ranked as (
    select f.passage_id, p.document_id, f.score,
           row_number() over (partition by p.document_id order by f.score desc, p.position) as place
    from fused as f
    join {schema}.passages_{dimension} as p on p.id = f.passage_id
    join {schema}.documents as d on d.id = p.document_id
    where f.score > 0 and f.score >= %(min_score)s and d.tags @> %(tags)s::text[]
),
best as (
    select passage_id, score, place from ranked
    order by place > 1, score desc, passage_id limit %(top_k)s
)
select d.path as document, d.title, p.headings, p.quote, round(b.score::numeric, 4) as score,
       p.page, a.name as collection, p.anchor, (select count(*) from asked) as found
from best as b
join {schema}.passages_{dimension} as p on p.id = b.passage_id
join {schema}.documents as d on d.id = p.document_id
join asked as a on a.id = p.collection_id
order by b.place > 1, b.score desc, b.passage_id
"""
_BY_TEXT = """
meant as (
    select m.word, m.weight from unnest(%(meant)s::text[], %(weights)s::float8[]) as m(word, weight)
),
hits as materialized (
    select w.word, w.passage_id,
           w.times * {k1_1} / (w.times + {k1} * ({b_1} + {b} * w.length / t.length)) as share
    from {schema}.words_{dimension} as w
    join meant as m on m.word = w.word
    cross join totals as t
    where w.collection_id in (select id from asked)
),
frequencies as (
    select word, count(*)::float8 as passages from hits group by word
),
rarities as materialized (
    select m.word, m.weight, ln(1 + (t.passages - coalesce(f.passages, 0) + 0.5)
                                    / (coalesce(f.passages, 0) + 0.5)) as rarity
    from meant as m cross join totals as t left join frequencies as f on f.word = m.word
),
most as materialized (
    select sum(rarity) * {k1_1} as score from rarities where weight = 1
),
by_text as materialized (
    select h.passage_id, least(1, sum(h.share * r.rarity * r.weight) / max(most.score)) as score
    from hits as h join rarities as r on r.word = h.word cross join most
    where most.score > 0
    group by h.passage_id
)"""
_BY_VECTOR = """
by_vector as materialized (
    select v.passage_id,
           greatest(0, 1 - cosine_distance(v.embedding, %(vector)s::vector)) as score
    from {schema}.vectors_{dimension} as v
    where v.collection_id in (select id from asked)
)"""
_FUSED = {
    "text": "fused as (select passage_id, score from by_text)",
    "vector": "fused as (select passage_id, score from by_vector)",
    "both": "fused as (select v.passage_id, %(vector_weight)s::float8 * v.score"
    " + %(text_weight)s::float8 * coalesce(t.score, 0) as score"
    " from by_vector as v left join by_text as t on t.passage_id = v.passage_id)",
}
_COLLECTIONS = """
select name, documents, passages, embedder, dimension, indexed_at
from {schema}.collections order by name
"""


def search_statement(schema: str, dimension: int, request: SearchRequest) -> str:
    """A ranking of weight 0 is left out. Shape: `COLUMNS`, then `found`, the collections met."""
    parts = {
        "vector": [_BY_VECTOR] if request.vector_weight else [],
        "text": [_BY_TEXT] if request.text_weight else [],
    }
    fused = "both" if all(parts.values()) else "vector" if parts["vector"] else "text"
    rankings = ",".join([*parts["vector"], *parts["text"], _FUSED[fused]])
    names = {"schema": schema, "dimension": dimension, "k1": K1, "k1_1": K1 + 1, "b": B,
             "b_1": 1 - B}  # fmt: skip
    return _SEARCH.format(rankings=rankings.format(**names), **names)


def collections_statement(schema: str) -> str:
    return _COLLECTIONS.format(schema=schema)


def search_params(request: SearchRequest, embedder: str) -> dict[str, object]:
    """All but the vector."""
    own = dict.fromkeys(words_of(request.words), 1.0)
    meant = own | {
        word: ALSO_WEIGHT for text in request.also for word in words_of(text) if word not in own
    }
    return {
        "collections": list(request.collections),
        "embedder": embedder,
        "min_score": request.min_score,
        "tags": list(request.tags),
        "top_k": request.top_k,
        "vector_weight": request.vector_weight,
        "text_weight": request.text_weight,
        "meant": list(meant),
        "weights": list(meant.values()),
    }

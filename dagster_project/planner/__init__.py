"""A question to a plan without a model: deterministic, Korean and English, from the assets alone.

plan_question   quick rules → link → templates and table plans compete → PlanOutput
link            a question to tokens: times, entities, catalog terms, cues of the language
lexicon         the terms of a release: names of tables, columns, metrics, values, superlatives
templates       verified queries, scored by what their example questions mean
table_plans     an open plan over the catalog's meaning
"""

"""Resolver patterns, quick rules, the calendar, prompt templates."""

from __future__ import annotations

import re
from collections.abc import Iterator
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from dagster_project.contracts.assets.policy import PolicySpec, QuickRule
from dagster_project.contracts.assets.prompt import STAGE_VARIABLES, PromptSpec
from dagster_project.contracts.assets.resolver import ResolverSpec
from dagster_project.registry.checks.catalog_names import CatalogNames, twice
from dagster_project.registry.checks.check_models import check_models, check_variables
from dagster_project.registry.problem import Problem, listed, nearest
from dagster_project.registry.read_yaml import Path

_KEY_GROUP = re.compile(r"\{(\d+)(?::[^}]*)?\}")


def check_resolver(spec: ResolverSpec) -> Iterator[Problem]:
    for i, rule in enumerate(spec.pattern_rules):
        at = ("spec", "pattern_rules", i)
        try:
            groups = re.compile(rule.pattern).groups
        except re.error as error:
            wrong = f"{rule.pattern!r}: {error}"
            yield Problem("CFG070", (*at, "pattern"), wrong, "a Python regular expression")
            continue
        for found in _KEY_GROUP.finditer(rule.key):
            if int(found[1]) > groups:
                wrong = f"{found[0]} in {rule.key!r}, but the pattern has {groups} group(s)"
                yield Problem("CFG071", (*at, "key"), wrong, f"a group from 0 to {groups}")


def check_resolver_names(spec: ResolverSpec, names: CatalogNames) -> Iterator[Problem]:
    """Entities and alias columns must be the catalogs' own."""
    for i, mapping in enumerate(spec.entity_mappings):
        at: Path = ("spec", "entity_mappings", i)
        yield from names.entity(mapping.entity, (*at, "entity"))
        entity = names.entities.get(mapping.entity)
        for j, column in enumerate(mapping.alias_columns if entity else ()):
            where = (*at, "alias_columns", j)
            if "." in column:
                yield from names.column(column, where)
            elif entity:
                yield from names.column_of(entity.table, column, where)
    for field in ("alias_groups", "pattern_rules"):
        for i, item in enumerate(getattr(spec, field)):
            yield from names.entity(item.entity, ("spec", field, i, "entity"))


def check_policy(spec: PolicySpec) -> Iterator[Problem]:
    yield from twice((r.name for r in spec.quick_rules), "quick rule", ("spec", "quick_rules"))
    for i, rule in enumerate(spec.quick_rules):
        yield from _quick_rule(rule, ("spec", "quick_rules", i))
    zone = spec.calendar.time_zone
    try:
        ZoneInfo(zone)
    except (ValueError, OSError, ZoneInfoNotFoundError):
        at = ("spec", "calendar", "time_zone")
        near = nearest(zone, available_timezones())
        yield Problem("CFG073", at, f"no time zone {zone!r}", "an IANA name: Asia/Seoul", near)
    yield from check_models(spec.models)


def _quick_rule(rule: QuickRule, at: Path) -> Iterator[Problem]:
    """What can be said without the planner's reading of words: a necessary condition."""
    words = [word.casefold().rstrip("~") for word in rule.words.all()]
    if not words:
        yield Problem("CFG072", (*at, "words"), "the rule has no words", "`ko:` and `en:` words")
        return
    for i, example in enumerate(rule.examples):
        where = (*at, "examples", i)
        if not any(word in example.casefold() for word in words):
            expected = "an example with one of its words"
            yield Problem("CFG072", where, f"no word of the rule is in {example!r}", expected)
        if example in rule.counter_examples:
            wrong = f"{example!r} must match and must not match"
            yield Problem("CFG072", where, wrong, "it in one of the two lists")


def check_prompt(spec: PromptSpec) -> Iterator[Problem]:
    from jinja2 import TemplateSyntaxError, meta
    from jinja2.sandbox import SandboxedEnvironment

    environment = SandboxedEnvironment()
    for field in ("system", "user"):
        at = ("spec", field)
        try:
            tree = environment.parse(getattr(spec, field))
        except TemplateSyntaxError as error:
            wrong = error.message or "not a template"
            offset = error.lineno if "\n" in getattr(spec, field) else 0
            yield Problem("CFG074", at, wrong, "Jinja2", line_offset=offset)
            continue
        known = spec.variables or STAGE_VARIABLES[spec.stage]
        for name in sorted(meta.find_undeclared_variables(tree) - set(known)):
            wrong = f"variable {name!r} is not declared"
            if not spec.variables:
                wrong = f"{spec.stage} fills in no variable {name!r}"
            expected = "one of `variables`" if spec.variables else f"one of {listed(known)}"
            yield Problem("CFG074", at, wrong, expected, nearest(name, known))
    yield from check_variables(spec)

"""The codes of findings. docs/findings.md explains each; a test holds the two together."""

from __future__ import annotations

from typing import NamedTuple

from dagster_project.contracts.finding import Severity


class Code(NamedTuple):
    severity: Severity
    title: str


CODES: dict[str, Code] = {
    # the file
    "CFG001": Code("error", "The file is not UTF-8"),
    "CFG002": Code("error", "The file is empty"),
    "CFG003": Code("error", "The file is too large or too deep"),
    "CFG004": Code("error", "The file is not YAML"),
    "CFG005": Code("error", "A key occurs twice"),
    "CFG006": Code("error", "YAML beyond plain values"),
    "CFG007": Code("error", "The file is not a mapping"),
    "CFG008": Code("error", "A file where no asset can be"),
    "CFG009": Code("error", "The file cannot be read"),
    # the header
    "CFG010": Code("error", "Unknown kind"),
    "CFG011": Code("error", "The kind does not match the folder"),
    "CFG012": Code("error", "The name does not match the file"),
    "CFG013": Code("error", "The asset exists twice"),
    # fields
    "CFG020": Code("error", "Unknown field"),
    "CFG021": Code("error", "A field is missing"),
    "CFG022": Code("error", "Wrong type"),
    "CFG023": Code("error", "Not one of the allowed values"),
    "CFG024": Code("error", "Out of range or of the wrong form"),
    "CFG025": Code("error", "The form lacks its payload"),
    "CFG026": Code("error", "A secret in clear"),
    "CFG027": Code("error", "A value that cannot be stored"),
    "CFG028": Code("error", "A name occurs twice in one asset"),
    # references between assets
    "CFG030": Code("error", "Reference to an asset that does not exist"),
    "CFG031": Code("error", "Reference to a refused asset"),
    "CFG032": Code("error", "Recipes refer to each other in a circle"),
    "CFG033": Code("warning", "An optional reference to a refused asset"),
    # the catalog's meaning
    "CFG040": Code("error", "Unknown table"),
    "CFG041": Code("error", "Unknown column"),
    "CFG042": Code("error", "Unknown entity"),
    "CFG043": Code("error", "Unknown graph collection"),
    "CFG044": Code("error", "Unknown relationship type"),
    "CFG045": Code("error", "Unknown property"),
    "CFG046": Code("error", "Unknown document collection"),
    # queries
    "CFG050": Code("error", "The SQL cannot be parsed"),
    "CFG051": Code("error", "The SQL is not one SELECT"),
    "CFG052": Code("error", "The template uses a parameter that is not declared"),
    "CFG053": Code("error", "A declared parameter is never used"),
    "CFG054": Code("error", "The query has no such parameter"),
    "CFG055": Code("error", "A recipe value that leads nowhere"),
    "CFG056": Code("error", "The source does not allow this table"),
    "CFG057": Code("error", "The SQL and the output schema differ"),
    "CFG058": Code("error", "The source's engine cannot run this form"),
    # mappings
    "CFG060": Code("error", "The query has no such output column"),
    # rules and templates
    "CFG070": Code("error", "Not a valid regular expression"),
    "CFG071": Code("error", "The key uses a group the pattern lacks"),
    "CFG072": Code("error", "A quick rule contradicts its examples"),
    "CFG073": Code("error", "Unknown time zone"),
    "CFG074": Code("error", "The prompt template cannot be used"),
    "CFG075": Code("warning", "A policy rule names something unknown"),
    # golden sets
    "CFG080": Code("error", "Quarantine of an unknown case"),
    "CFG081": Code("error", "Gold by SQL without a source"),
    # language models
    "CFG090": Code("error", "A denied model or provider that does not exist"),
    "CFG091": Code("warning", "A weighted region without a provider"),
    "CFG092": Code("warning", "The prompt names a model that the policy lacks"),
    "CFG093": Code("warning", "Another prompt of the stage is used"),
    "CFG094": Code("warning", "A model without a price under a budget"),
    "CFG095": Code("warning", "The prompt may be larger than every model takes"),
}

"""What a policy and its prompts say of language models is held together; none of it is fatal."""

from __future__ import annotations

from typing import get_args

import pytest

from dagster_project.contracts.assets.prompt import STAGE_VARIABLES
from dagster_project.contracts.model_call import ModelPurpose
from dagster_project.registry.load import load_site
from registry.conftest import WriteSite
from registry.good_site import MODEL_POLICY, PROMPT

POLICY_PATH, PROMPT_PATH = "policies/site.yaml", "prompts/route.yaml"
SAME = ("", "")
FOUND = pytest.mark.parametrize(
    ("policy", "prompt", "expected"),
    [
        (SAME, SAME, None),
        (
            ("{seoul: 1}", "{busan: 1}"),
            SAME,
            ("CFG091", "spec.models.routing.region_weights.busan"),
        ),
        (
            ("usd_per_million_in: 2", "context_tokens: 9000"),
            SAME,
            ("CFG094", "spec.models.models[1]"),
        ),
        (
            SAME,
            ("stage: route_plan", "stage: route_plan\n  model: maine"),
            ("CFG092", "spec.model"),
        ),
        (SAME, ("stage: route_plan", "stage: route_plan\n  model: main"), None),
        (
            SAME,
            ("stage: route_plan", "stage: route_plan\n  max_tokens: 15000"),
            ("CFG095", "spec.max_tokens"),
        ),
        (
            ("name: spare, provider", "name: spare, context_tokens: 20000, provider"),
            ("stage: route_plan", "stage: route_plan\n  max_tokens: 15000"),
            None,
        ),
    ],
)


@FOUND
def test_what_does_not_fit_together_is_a_warning(
    write_site: WriteSite,
    policy: tuple[str, str],
    prompt: tuple[str, str],
    expected: tuple[str, str] | None,
) -> None:
    """It is told with its place, and refuses nothing."""
    files = {
        POLICY_PATH: MODEL_POLICY.replace(*policy),
        PROMPT_PATH: PROMPT.replace(*prompt),
    }

    site = load_site(write_site(files))

    assert [(f.code, f.field) for f in site.findings] == ([expected] if expected else [])
    assert all(f.severity == "warning" for f in site.findings)
    assert not site.refused


def test_a_free_model_is_no_finding_without_a_budget(write_site: WriteSite) -> None:
    """A local model costs nothing; only a budget makes that worth a word, and not where the site's
    environment names the model: nobody knows its price here."""
    free = MODEL_POLICY.replace("usd_per_million_in: 2", "context_tokens: 9000")

    assert not load_site(write_site({POLICY_PATH: free.partition("    budgets")[0]})).findings
    by_site = free.replace("model: b", "model: 'env:SPARE_MODEL'")
    assert not load_site(write_site({POLICY_PATH: by_site})).findings


@pytest.mark.parametrize(
    ("names", "unused"),
    [
        (("a_first", "route"), ["route"]),
        (("route", "route_plan"), ["route"]),
        (("route", "other"), ["route"]),
    ],
)
def test_only_one_prompt_of_a_stage_is_used(
    write_site: WriteSite, names: tuple[str, str], unused: list[str]
) -> None:
    """The one named like its stage, else the first by name; the other is told so."""
    files = {
        f"prompts/{name}.yaml": PROMPT.replace("name: route", f"name: {name}") for name in names
    }

    found = load_site(write_site(files)).findings

    assert [(f.code, f.path.rpartition("/")[2]) for f in found] == [
        ("CFG093", f"{name}.yaml") for name in unused
    ]


def test_every_stage_that_asks_a_model_says_its_variables() -> None:
    """A stage without a list could use no variable at all."""
    assert set(STAGE_VARIABLES) == set(get_args(ModelPurpose))

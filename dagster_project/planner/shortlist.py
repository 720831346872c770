"""Which verified queries are looked at for a question, without walking all of them."""

from __future__ import annotations

from collections.abc import Sequence

from dagster_project.planner.assets import PlannerAssets
from dagster_project.planner.postings import Postings
from dagster_project.planner.template_index import TemplateIndex
from dagster_project.planner.templates import Feature, Template

_MANY = 300
"""Fewer templates are walked as fast as they are looked up."""


def template_index(assets: PlannerAssets) -> TemplateIndex:
    """The index over the release's verified queries, built on first use."""
    return assets.kept.get(
        "template index",
        None,
        lambda: TemplateIndex.build(assets.templates, assets.titles, assets.descriptions),
    )


def able_templates(
    assets: PlannerAssets, asked: tuple[Feature, ...], many: int = _MANY
) -> Sequence[Template]:
    """Exactly the templates whose `may_fit` is true, in their order."""
    weight = sum(feature.weight for feature in asked)
    if len(assets.templates) < many:
        return [template for template in assets.templates if template.may_fit(asked, weight)]
    return _looked_up(assets, asked, weight)


def _looked_up(
    assets: PlannerAssets, asked: tuple[Feature, ...], weight: float
) -> Sequence[Template]:
    """The same sums in the same order as `may_fit` makes them, for all templates at once."""
    import numpy as np

    known = assets.kept.get(
        "known features", None, lambda: Postings.build([t.known for t in assets.templates])
    )
    shared = np.zeros(len(assets.templates))
    for feature in asked:
        met = [known.of(name) for name in feature.names]
        if met:
            places = met[0] if len(met) == 1 else np.unique(np.concatenate(met))
            shared[places] += feature.weight
    return [assets.templates[place] for place in np.flatnonzero(2 * shared >= weight)]

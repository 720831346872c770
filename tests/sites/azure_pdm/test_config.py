"""The site's own config assets."""

from __future__ import annotations

from dagster_project.registry.load import load_site
from sites.azure_pdm.loader import SITE


def test_every_file_of_the_site_is_good() -> None:
    """The site's files load without a single finding, and hold one asset of each kind it needs."""
    site = load_site(SITE)
    assert site.findings == ()
    assert {asset.header.kind for asset in site.assets.values()} == {
        "source",
        "schema_catalog",
        "query",
        "mapping",
        "policy",
        "screen",
        "resolver",
    }

"""The picture of a graph in Dagster's metadata."""

from __future__ import annotations

import base64
import xml.etree.ElementTree as ET

from pipeline.graphs import grown_graph

from dagster_project.defs.metadata import inspection_metadata, picture_markdown
from dagster_project.inspection.inspection import Inspection
from dagster_project.pipeline.graph_picture import graph_picture


def drawing(markdown: str) -> ET.Element:
    head, _, data = markdown.removesuffix(")").partition("base64,")
    assert head == "![graph](data:image/svg+xml;"
    return ET.fromstring(base64.b64decode(data))


def test_a_graph_is_lines_and_letters() -> None:
    """An SVG with the names in it, a picture of 200 nodes below a quarter of a megabyte."""
    markdown = picture_markdown(graph_picture(grown_graph(200)))
    texts = "".join(drawing(markdown).itertext())
    assert "가스터빈 1호기" in texts
    assert len(markdown) < 300_000


def test_a_mappings_graph_is_its_chart() -> None:
    """An inspection that holds a graph's picture shows it; other charts stay as they are."""
    spec = graph_picture(grown_graph(5))
    entries = inspection_metadata(Inspection(summary="s", chart=spec))
    assert str(entries["chart"].value).startswith("![graph](data:image/svg+xml")
    plain = {key: value for key, value in spec.items() if key != "usermeta"}
    assert picture_markdown(plain).startswith("![chart](data:image/png")


def test_a_wide_picture_fits_the_window() -> None:
    """Dagster's window cuts what is wider; the view box keeps the whole picture in it."""
    markdown = picture_markdown({**graph_picture(grown_graph(5)), "width": 1_500})
    root = drawing(markdown)
    width, height = float(root.get("width", "0")), float(root.get("height", "0"))
    whole_width, whole_height = map(float, root.get("viewBox", "").split()[2:])
    assert width <= 1_080 < whole_width
    assert abs(width / height - whole_width / whole_height) < 0.02

"""Edits that change no answer: a red night after one of them is a false alarm."""

from faults.edit import Edit

HARMLESS = (
    Edit(
        "description_reworded",
        "query:ci_profile",
        "a description is for people",
        (("description: ", "description: Checked with the team. "),),
    ),
    Edit(
        "owner_changed",
        "source:plant_db",
        "an owner is for people",
        (("owner: team:operations", "owner: team:data-platform"),),
    ),
    Edit(
        "screen_retitled",
        "screen:default",
        "a screen's title is for people",
        (("en: Default screen", "en: Standard screen"),),
    ),
    Edit(
        "tag_added",
        "prompt:compose",
        "a tag is for finding assets, and no model is set",
        (("owner: team:operations\n", "owner: team:operations\ntags: [reviewed]\n"),),
    ),
    Edit(
        "comment_added",
        "resolver:plant",
        "a comment is not read",
        (
            (
                "  pattern_rules:\n",
                "  # tags as they are painted on the machines\n  pattern_rules:\n",
            ),
        ),
    ),
    Edit(
        "example_added",
        "query:ci_recent_events",
        "one more example of the same question",
        (
            (
                "      - latest events on SRV-014\n",
                "      - latest events on SRV-014\n      - recent events of BFP-05\n",
            ),
        ),
    ),
    Edit(
        "keys_reordered",
        "mapping:events_by_severity",
        "the order of keys means nothing",
        (
            (
                "          x: severity\n          y: [events]\n",
                "          y: [events]\n          x: severity\n",
            ),
        ),
    ),
    Edit(
        "synonym_added",
        "schema_catalog:plant",
        "a new name that nothing else has",
        (("en: [condenser]", "en: [condenser, surface condenser]"),),
    ),
    Edit(
        "unbinding_limit_raised",
        "policy:default",
        "no step comes near the time it may take",
        (("step_timeout_seconds: 5\n", "step_timeout_seconds: 8\n"),),
    ),
    Edit(
        "list_reordered",
        "policy:default",
        "the order of words in a rule means nothing",
        (
            (
                "ko: [고마워, 고맙습니다, 감사, 감사합니다, 감사해요, 땡큐, 잘했어, 수고했어]",
                "ko: [감사, 감사합니다, 감사해요, 고마워, 고맙습니다, 땡큐, 수고했어, 잘했어]",
            ),
        ),
    ),
)

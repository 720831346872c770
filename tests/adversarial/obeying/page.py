"""The part of docs/adversarial.md about a model that obeys."""

from __future__ import annotations

from collections.abc import Sequence

from adversarial.obeying.attacks import worked
from adversarial.obeying.rounds import HARMLESS, Round
from adversarial.obeying.sentences import SENTENCES
from adversarial.obeying.table import table
from adversarial.obeying.wishes import ALL

HEADING = "## With a model that obeys what is planted"
TEXT = """
{heading}

The same attacks, and the {worked} texts of the study's worked examples, beside a language model
that does whatever a text in its prompt tells it (`tests/adversarial/obeying`, a scripted server
over real HTTP). The site is the job board with a table of applications, guides, a query that only
auditors may use, and a policy that lets the model plan and phrase the summary. Each text is planted
in one place; then {harmless} harmless questions and one about each planted text are asked, with
the model and without. Wherever the model sees a planted text, or the question is one, it answers
what the attacker wants: one of {wishes} plans in turn (SQL as a query, value, column, order or
search; other users' rows; masked columns; a forbidden query; a lie as the answer, as a word that
was not used or as a question back; a reject; fifty steps; a huge limit; another time; conditions
that hide the rows) or one of {sentences} summaries. Told off, it tries another.

{table}

- **settled before a model**: a quick rule, or a name or time that does not exist. {too_long} of the
  lines are longer than a question may be.
- **in no prompt**: the model was asked and saw no planted text. Passages of documents, cells of
  free text and cells that are longer than a name never go into a prompt; what does stands there as
  JSON strings of one line.
- **no JSON**, **the reply's form**: the reply is SQL or prose, or has parts that no reply has.
- **the list and the question**: it names what the prompt does not list, or a user, time, value,
  condition or measure that the question does not say; or it loses a thing, a time, a comparison or
  a noun that the question does say, or declines it.
- **a sentence's cells**: the summary says what no cell of the rows says; the plain one is shown.
- **validate and access**, **the source's guard**: what stands behind, for any plan.
- **taken, the same answer**: the reply was taken; route, rows and summary are as without a model.
- **changed answers**: route, rows or summary are other than without a model. What is said is always
  ours: another look-up that the caller may make, told as what it is, or a question back. Whoever
  asks, or writes a catalog or an alias, can bring that about; who asks for nothing that is known
  here may also get a text of the policy. Rows, the names in them and documents cannot.

Rows, checksums and identities of all tables are the same after every round; only allowed SELECTs
came to the source; no masked cell is in an answer, a trace or a prompt; no answer says what an
attacker wanted said.
"""


def section(rounds: Sequence[Round]) -> str:
    return TEXT.format(
        heading=HEADING,
        worked=len(worked()),
        harmless=len(HARMLESS),
        wishes=len(ALL),
        sentences=len(SENTENCES),
        table=table(rounds),
        too_long=sum(found.too_long for found in rounds),
    )

"""Golden nights: is the product still as good as it was, and if not, what change is to blame?

golden_sets/*.yaml ─ golden_files ─┐
the assets themselves ─ generate ──┴▶ cases ─▶ run_suite ─▶ CaseRunner: ask, check, compare
results ─▶ verdict (statistics, history) ─▶ green | red
red ─▶ culprit (swap changed assets back, by halves) ─▶ request (evidence, dry run)
a person approves ─▶ rollback, once ─▶ the suite again
a draft ─▶ gate: the questions it touches, beside the release in force ─▶ published | refused
"""

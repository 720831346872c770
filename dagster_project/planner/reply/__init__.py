"""A model's reply to a plan, held to the question: what it names, when, and which values.

read_plan_reply      the one function of this package
shape_reply          any JSON to the reply's form; what is harmless is forgiven
reading said         what one reply is read with; what the question says and what was used of it
read_steps           each step by what its query is: read_query, read_table, read_graph
read_feeds           what goes from an earlier step into a later one
read_places read_values values_said read_measures read_order listing   the parts of a table plan
read_nodes           which nodes of a graph
hold_to_question     the last gates: nothing that the question says is lost, nothing is added
outcome_of_reply     the steps as a PlanOutput; direct answers, rejects and what is asked back
"""

"""Language models: chosen by cost and health, asked within a budget, held to a contract.

port.py       what a stage sees: ask a question in a given form, get a value or a reason
ask_models.py the loop of one stage: choose, call, repair once, go to the next, give up in time
route.py health.py   which model and why
call.py reply_text.py reply_schema.py tokens.py   one request through the `openai` client
keys.py ledger.py    registered keys, every call and what it cost
replay.py            kept replies in place of calls
"""

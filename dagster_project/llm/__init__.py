"""Language models: chosen by cost and health, asked within a budget, held to a contract.

port.py       what a stage sees: ask a question in a given form, get a value or a reason
ask_models.py every model of a policy; one_ask.py is the loop of one stage: choose, call, repair
              once, go to the next, give up in time; one_call.py fit.py trials.py call_words.py
route.py health.py call_book.py   which model and why; how each stands, over all processes
call.py exchange.py pinned_transport.py   one request through the `openai` client, to one host only
chat_request.py completion.py failures.py reply_text.py reply_schema.py tokens.py
                      what is sent, what came, what it means
keys.py key_reading.py endpoints.py   registered keys, and the endpoints that use them
ledger.py budgets.py short_transaction.py   every call and what it cost, what may be spent
replay.py            kept replies in place of calls
"""

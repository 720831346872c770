"""The demo plant's work orders as a maintenance system serves them: an HTTP API of its own.

orders     what it holds, from the plant's generators      filters   what a query may narrow
app        the API, with its OpenAPI document              attach    its URL, started where needed
"""

"""The API: reads only, behind a token, with its description at /openapi.json."""

from __future__ import annotations

import hmac
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from urllib.parse import urlencode

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from sources.embedded.work_orders.attach import OPENAPI, SEED, TOKEN
from sources.embedded.work_orders.description import description
from sources.embedded.work_orders.filters import (
    BadRequest,
    cut,
    filter_orders,
    filter_technicians,
)
from sources.embedded.work_orders.orders import (
    ANCHOR,
    Holdings,
    Order,
    Part,
    Permit,
    Technician,
    as_json,
    holdings,
)

VERSION = 1
_CODES = {400: "bad_request", 401: "no_token", 404: "not_found", 405: "only_get"}
Endpoint = Callable[[Request], Awaitable[Response]]


def create_app(anchor: datetime = ANCHOR, token: str = TOKEN) -> Starlette:
    """The application. Everything it holds is made here."""
    api = _Api(holdings(anchor))
    described = description()

    async def about(_: Request) -> Response:
        return JSONResponse({"service": SEED, "version": VERSION, "anchor": anchor.isoformat()})

    async def openapi(_: Request) -> Response:
        return JSONResponse(described)

    def guarded(endpoint: Endpoint) -> Endpoint:
        async def behind_token(request: Request) -> Response:
            given = request.headers.get("authorization", "").encode()
            if not hmac.compare_digest(given, f"Bearer {token}".encode()):
                raise HTTPException(401, "send the token as Authorization: Bearer ...")
            return await endpoint(request)

        return behind_token

    return Starlette(
        routes=[
            Route("/about", about),
            Route(OPENAPI, openapi),
            Route("/orders", guarded(api.orders)),
            Route("/orders/{order_id}", guarded(api.order)),
            Route("/orders/{order_id}/parts", guarded(api.parts)),
            Route("/orders/{order_id}/permits", guarded(api.permits)),
            Route("/technicians", guarded(api.technicians)),
        ],
        exception_handlers={HTTPException: _refused, BadRequest: _bad_request},
    )


class _Api:
    """The endpoints over what is held."""

    def __init__(self, held: Holdings) -> None:
        self._held = held
        self._by_id = {order.order_id: order for order in held.orders}

    async def orders(self, request: Request) -> Response:
        return _page(request, filter_orders(self._held.orders, request.query_params))

    async def order(self, request: Request) -> Response:
        return JSONResponse(as_json(self._one(request)))

    async def parts(self, request: Request) -> Response:
        order = self._one(request)
        return _page(request, [p for p in self._held.parts if p.order_id == order.order_id])

    async def permits(self, request: Request) -> Response:
        order = self._one(request)
        return _page(request, [p for p in self._held.permits if p.order_id == order.order_id])

    async def technicians(self, request: Request) -> Response:
        return _page(request, filter_technicians(self._held.technicians, request.query_params))

    def _one(self, request: Request) -> Order:
        order = self._by_id.get(request.path_params["order_id"])
        if order is None:
            raise HTTPException(404, "there is no such order")
        return order


def _page(
    request: Request,
    rows: Sequence[Order] | Sequence[Part] | Sequence[Permit] | Sequence[Technician],
) -> Response:
    shown, page = cut(list(rows), request.query_params)
    body = {
        "items": [as_json(row) for row in shown],
        "page": page.number,
        "page_size": page.size,
        "pages": page.pages,
        "total": page.total,
    }
    headers = {}
    if page.first + len(shown) < page.total:
        others = [(n, v) for n, v in request.query_params.multi_items() if n != "page"]
        target = f"{request.url.path}?{urlencode([*others, ('page', page.number + 1)])}"
        headers["link"] = f'<{target}>; rel="next"'
    return JSONResponse(body, headers=headers)


async def _refused(_: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    headers = {"www-authenticate": "Bearer"} if error.status_code == 401 else None
    return _error(error.status_code, error.detail, headers)


async def _bad_request(_: Request, error: Exception) -> Response:
    return _error(400, str(error))


def _error(status: int, message: str, headers: dict[str, str] | None = None) -> Response:
    code = _CODES.get(status, "error")
    return JSONResponse({"code": code, "message": message}, status, headers)

"""The web application: the API's one path, the media's many, and what stands before both."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Awaitable, Callable

from aiohttp import web

from . import media
from .protocol import Dispatcher

if TYPE_CHECKING:
    from .server import EmbeddedSite

__all__ = ["API_PATH", "build"]

API_PATH = "/api3/json"
_LARGEST_BODY = 2 * 1024**3  # bytes; uploads
_FRONT_PAGE = (
    "<!DOCTYPE html>\n<html><head><title>shotgun-data embedded site</title></head><body>"
    "<h1>shotgun-data embedded site</h1><p>Connect with shotgun_api3: script <code>demo</code>,"
    " key <code>demo</code>.</p></body></html>\n"
)

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def build(site: EmbeddedSite, dispatcher: Dispatcher, workers: ThreadPoolExecutor) -> web.Application:
    """The application of one site. Calls of the API run on ``workers``; the event loop never waits for the database."""

    @web.middleware
    async def record(request: web.Request, handler: Handler) -> web.StreamResponse:
        # before the faults: a request that is broken on purpose reached the site all the same
        if not request.path.startswith("/_demo/"):
            body = await request.read() if request.path == API_PATH else None
            site.calls.record(request.method, request.path, request.host.partition(":")[0], body)
        return await handler(request)

    @web.middleware
    async def delay(request: web.Request, handler: Handler) -> web.StreamResponse:
        if site.latency > 0 and not request.path.startswith("/_demo/"):
            await asyncio.sleep(site.latency)
        return await handler(request)

    async def call(request: web.Request) -> web.StreamResponse:
        if media.on_media_host(request):
            return web.Response(status=404, text="Not Found")
        body = await request.read()
        answer = await asyncio.get_running_loop().run_in_executor(workers, dispatcher.answer, body)
        return web.Response(body=answer, content_type="application/json", charset="utf-8")

    async def front_page(request: web.Request) -> web.StreamResponse:
        return web.Response(text=_FRONT_PAGE, content_type="text/html")

    app = web.Application(middlewares=[record, site.faults.middleware, delay], client_max_size=_LARGEST_BODY)
    app.router.add_post(API_PATH, call)
    app.router.add_get("/", front_page)
    app.router.add_routes(media.routes(site))
    return app

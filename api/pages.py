"""The built dashboard, and the headers that every answer carries."""

from pathlib import Path
from typing import Final

from fastapi import FastAPI
from starlette.datastructures import MutableHeaders
from starlette.exceptions import HTTPException
from starlette.responses import HTMLResponse, Response
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Message, Receive, Scope, Send

DIST: Final = Path(__file__).resolve().parent.parent / "dashboard" / "dist"

# Camera pictures are fetched with a token and shown from memory, hence blob:. 'self' does not cover WebSockets in
# Safari before 15.4, hence ws: and wss:.
_POLICY: Final = (
    "default-src 'self'; img-src 'self' blob: data:; connect-src 'self' ws: wss:; "
    "frame-ancestors 'none'; base-uri 'none'; form-action 'self'; object-src 'none'"
)
HEADERS: Final = {
    "Content-Security-Policy": _POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
}
_FOR_EVER: Final = "public, max-age=31536000, immutable"
_NOT_PAGES: Final = ("api/", "auth/", "live/")

_NOT_BUILT: Final = """<!doctype html><html lang="en"><meta charset="utf-8"><title>Headroom</title>
<h1>Headroom is running</h1><p>Its page is not built yet. <code>make run</code> builds it; by hand:
<code>npm --prefix dashboard ci &amp;&amp; npm --prefix dashboard run build</code></p></html>"""


class Dashboard(StaticFiles):
    """The built files; any other path of the page gets its index, so that a link into it works."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        """One file, with how long it may be kept: hashed names for ever, the index never unasked."""
        try:
            answer = await super().get_response(path, scope)
        except HTTPException as error:
            if error.status_code != 404 or path.startswith(_NOT_PAGES) or "." in Path(path).name:
                raise
            answer = await super().get_response("index.html", scope)
        answer.headers["Cache-Control"] = _FOR_EVER if path.startswith("assets/") else "no-cache"
        return answer


class SecurityHeaders:
    """Adds the headers that keep other sites from framing, sniffing or scripting the page."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, and add to its answer."""

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        await self._app(scope, receive, with_headers if scope["type"] == "http" else send)


def install_pages(app: FastAPI, dist: Path = DIST) -> None:
    """Serve the dashboard at ``/``; where it is not built, a page that says how."""
    if (dist / "index.html").is_file():
        app.mount("/", Dashboard(directory=dist, html=True), name="dashboard")
        return

    @app.get("/", include_in_schema=False)
    async def not_built() -> HTMLResponse:
        return HTMLResponse(_NOT_BUILT)

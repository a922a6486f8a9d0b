"""One JSON-RPC call to an engine on this machine, with nothing but the standard library."""

from __future__ import annotations

import http.client
import json
from typing import Any

PATIENCE = 20.0


class Unanswered(Exception):  # noqa: N818 - reads as the fact it states
    """The engine is not there, does not answer, or refuses."""


def call(port: int, method: str, *parameters: Any) -> Any:
    """Ask the engine on a port of 127.0.0.1; raise Unanswered when it gives no result."""
    body = json.dumps({"jsonrpc": "2.0", "id": 1, "method": method, "params": list(parameters)})
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
    try:
        connection.request("POST", "/", body, {"Content-Type": "application/json"})
        answer = json.loads(connection.getresponse().read())
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise Unanswered(f"{method} on port {port}: {error!r}") from error
    finally:
        connection.close()
    if "error" in answer:
        raise Unanswered(f"{method} on port {port}: {answer['error'].get('message')}")
    return answer["result"]

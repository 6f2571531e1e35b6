"""The peer of bench/http_stats.py: Flask's development server, which answers with one body.

    python peer_flask.py PORT FILE

It does less than a real one would: no limit, no compression, no encoding of the body.
It is run by the peers' own Python, which knows nothing of the rest of this folder.
"""

import logging
import sys
from pathlib import Path

from flask import Flask, Response  # type: ignore[import-not-found,unused-ignore]

body = Path(sys.argv[2]).read_bytes()
app = Flask("peer")
logging.getLogger("werkzeug").setLevel(logging.ERROR)  # a line each request would cost it more


@app.get("/stats")  # type: ignore[untyped-decorator,unused-ignore]
def stats() -> Response:
    """Answer with the body."""
    return Response(body, mimetype="application/json")


app.run("127.0.0.1", int(sys.argv[1]), threaded=True)

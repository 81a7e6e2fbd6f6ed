"""Runs programs in turn for a test in another process: one {"file", "env", "folder"} per line in, one {"error"} per line at descriptor 3."""

import json
import os
import runpy
import sys

for line in sys.stdin:
    order = json.loads(line)
    os.environ.update(order["env"])
    os.chdir(order["folder"])
    error = None
    try:
        runpy.run_path(order["file"], run_name="__main__")
    except Exception as raised:
        error = f"{type(raised).__name__}: {raised}"
    os.write(3, (json.dumps({"error": error}) + "\n").encode())

"""What the fuzzer has to know to get past the door: credentials, objects that exist, and that every caller is another address."""

import json
import os
import random

import schemathesis

# Hypothesis seeds the module's own generator before each case, which would repeat the same few numbers.
dice = random.SystemRandom()
world = json.loads(os.environ["MUSICVERSE_FUZZ_WORLD"])


@schemathesis.hook
def map_path_parameters(context, path_parameters):
    """Mostly objects that exist, so that handlers are reached; else what was generated."""
    for name in path_parameters or {}:
        if name in world["ids"] and dice.random() < 0.7:
            path_parameters[name] = dice.choice(world["ids"][name])
    return path_parameters


@schemathesis.hook
def before_call(context, case, kwargs):
    """A credential of the kind that the operation takes, in its own mode; never the end of that credential."""
    headers = case.headers if case.headers is not None else {}
    headers["X-Forwarded-For"] = "198.51.%d.%d" % (dice.randrange(256), dice.randrange(256))
    security = case.operation.definition.raw.get("security", [{"apiKey": []}])
    kinds = {kind for requirement in security for kind in requirement}
    if kinds and "Authorization" not in headers:
        headers["Authorization"] = "Bearer " + world["key" if "apiKey" in kinds else "session"]
    if headers.get("MusicVerse-Mode") == "live":
        headers["MusicVerse-Mode"] = "test"
    # The examples of the spec share one key; most cases are to have their own effect.
    if "Idempotency-Key" in headers and dice.random() < 0.8:
        headers["Idempotency-Key"] = "fuzz-%d" % dice.randrange(1 << 60)
    case.headers = headers
    for name, own in world["own"].items():
        if (case.path_parameters or {}).get(name) == own:
            case.path_parameters[name] = world["ids"][name][0]

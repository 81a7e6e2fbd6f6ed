"""What the fuzzer has to know to get past the door: credentials, objects that exist, and that every caller is another address."""

import json
import os
import random

import schemathesis

# Hypothesis seeds the module's own generator before each case, which would repeat the same few numbers.
dice = random.SystemRandom()
world = json.loads(os.environ["MUSICVERSE_FUZZ_WORLD"])


def ids_of(about, name, names):
    """What is deleted is what the last parameter names: that may go, the others have to stay."""
    ends = about.operation.method.upper() == "DELETE" and name == names[-1]
    return world["spare" if ends and name in world["spare"] else "ids"].get(name)


@schemathesis.hook
def map_path_parameters(context, path_parameters):
    """Mostly objects that exist, so that handlers are reached; else what was generated."""
    names = list(path_parameters or {})
    for name in names:
        ids = ids_of(context, name, names)
        if ids and dice.random() < 0.7:
            path_parameters[name] = dice.choice(ids)
    return path_parameters


@schemathesis.hook
def before_call(context, case, kwargs):
    """A credential of the kind that the operation takes, in its own mode; never the end of that credential."""
    headers = case.headers if case.headers is not None else {}
    headers["X-Forwarded-For"] = "198.51.%d.%d" % (dice.randrange(256), dice.randrange(256))
    definition = case.operation.definition.raw
    security = definition.get("security", [{"apiKey": []}])
    kinds = {kind for requirement in security for kind in requirement}
    administrates = any(scope.startswith("admin:") for requirement in security for scope in requirement.get("apiKey", []))
    if kinds and "Authorization" not in headers:
        # Only an administrator's live session may administrate; one time in ten somebody else tries.
        bearer = "adminSession" if administrates and dice.random() < 0.9 else "key" if "apiKey" in kinds else "session"
        headers["Authorization"] = "Bearer " + world[bearer]
        if "MusicVerse-Mode" in headers and headers["MusicVerse-Mode"] in ("live", "test"):
            headers["MusicVerse-Mode"] = "live" if bearer == "adminSession" else "test"
    # The examples of the spec share one key; most cases are to have their own effect.
    if "Idempotency-Key" in headers and dice.random() < 0.8:
        headers["Idempotency-Key"] = "fuzz-%d" % dice.randrange(1 << 60)
    case.headers = headers
    for name, own in world["own"].items():
        if (case.path_parameters or {}).get(name) in own:
            case.path_parameters[name] = world["ids"][name][0]
    if case.meta is None or case.meta.generation.mode.is_positive:
        find_way(case, definition["operationId"])


tries = {}


def find_way(case, operation):
    """The first tries of an operation are about objects that exist and belong together, and ask for what can be done."""
    number = tries.get(operation, 0)
    if number >= 3:
        return
    tries[operation] = number + 1
    names = list(case.path_parameters or {})
    for name in names:
        ids = ids_of(case, name, names)
        if ids:
            case.path_parameters[name] = ids[number % len(ids)]
    case.query = {}
    if operation in world["bodies"]:
        case.body = world["bodies"][operation]

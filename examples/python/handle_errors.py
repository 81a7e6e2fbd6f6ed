"""What can go wrong, and what the errors tell."""

from musicverse import APIConnectionError, APIError, BadRequestError, MusicVerse, NotFoundError, RateLimitError

client = MusicVerse(retries_max=3, timeout_ms=20_000)

try:
    client.tracks.get("trk_01kbq5t3v6f2zr8h1d5n7k0wej")
except NotFoundError:
    print("no such track")
except BadRequestError as error:
    for problem in error.errors:
        print(problem.path, problem.message)
except RateLimitError as error:
    print("again in", error.retry_after_ms, "ms")
except APIError as error:
    print(error.status, error.code, error.request_id)
except APIConnectionError as error:
    print("no answer", error)

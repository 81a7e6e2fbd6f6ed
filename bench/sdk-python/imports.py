"""Milliseconds that one statement takes in a fresh process, written as a number."""

import sys
import time

started = time.perf_counter()
exec(sys.argv[1])
print((time.perf_counter() - started) * 1000)

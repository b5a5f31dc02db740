"""``python -m bench [NAME …]``: every benchmark, or those named."""

import logging
import os
import sys
import time
from collections.abc import Callable

from bench import messages, process, ranking, story

BENCHES: dict[str, Callable[[], None]] = {
    "messages": messages.run,
    "ranking": ranking.run,
    "story": story.run,
    "process": process.run,
}


def main() -> int:
    """Run them one after the other."""
    names = sys.argv[1:] or list(BENCHES)
    unknown = [name for name in names if name not in BENCHES]
    if unknown:
        print(f"no benchmark {', '.join(unknown)}; there are: {', '.join(BENCHES)}", file=sys.stderr)
        return 2
    logging.disable(logging.WARNING)  # the filling of a city is a slow transaction, and known to be one
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f} at the start\n", flush=True)
    for name in names:
        start = time.perf_counter()
        print(f"{name}: {(sys.modules[BENCHES[name].__module__].__doc__ or '').splitlines()[0]}", flush=True)
        BENCHES[name]()
        print(f"  ({time.perf_counter() - start:.0f} s)\n", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())

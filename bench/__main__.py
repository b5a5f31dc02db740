"""``python -m bench [NAME …]``: every benchmark but the long one, or those named."""

import argparse
import logging
import os
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path

from bench import (
    admin,
    crowd,
    end_to_end,
    expiry,
    flood,
    growth,
    intake,
    lateness,
    messages,
    paper,
    process,
    processes,
    ranking,
    restart,
    story,
)
from bench.report import lines

BENCHES: dict[str, Callable[[], None]] = {
    "messages": messages.run,
    "ranking": ranking.run,
    "story": story.run,
    "process": process.run,
    "intake": intake.run,
    "end_to_end": end_to_end.run,
    "crowd": crowd.run,
    "flood": flood.run,
    "expiry": expiry.run,
    "lateness": lateness.run,
    "restart": restart.run,
    "processes": processes.run,
}
# Minutes each: only when named.
LONG: dict[str, Callable[[], None]] = {"growth": growth.run, "admin": admin.run}


def main() -> None:
    """Run them one after the other."""
    known = BENCHES | LONG
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(known)}")
    parser.add_argument("--write", type=Path, metavar="FILE", help="put the table of this run in there")
    asked = parser.parse_args()
    if unknown := set(asked.names) - set(known):
        parser.error(f"no benchmark {', '.join(sorted(unknown))}; there are: {', '.join(known)}")
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # told to stop, it ends its processes and its cluster
    logging.disable(logging.WARNING)  # the filling of a city is a slow transaction, and known to be one
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f} at the start\n", flush=True)
    for name in asked.names or BENCHES:
        start = time.perf_counter()
        print(f"{name}: {(sys.modules[known[name].__module__].__doc__ or '').splitlines()[0]}", flush=True)
        known[name]()
        print(f"  ({time.perf_counter() - start:.0f} s)\n", flush=True)
    if asked.write:
        paper.write(asked.write, "growth" if "growth" in asked.names else "figures", lines)


if __name__ == "__main__":
    main()

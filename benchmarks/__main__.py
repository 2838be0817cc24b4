"""Run all benchmarks, or the named ones, each in a process of its own.

    python -m benchmarks [NAME …] [--quick] [--list]

One that fails or hangs does not lose the others: its old section stays, and the exit code tells.
"""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from benchmarks.report import arguments, render

BENCHMARKS = {
    "limited": ("benchmarks.delivery", "limited"),
    "paid": ("benchmarks.delivery", "paid"),
    "feed_to_chat": ("benchmarks.feed_to_chat",),
    "polling": ("benchmarks.polling",),
    "many_feeds": ("benchmarks.many_feeds",),
    "fanout": ("benchmarks.fanout",),
    "search": ("benchmarks.search",),
    "startup": ("benchmarks.startup",),
    "summaries": ("benchmarks.summaries",),
    "plots": ("benchmarks.plots",),
    "readme": ("benchmarks.readme",),
}
LONGEST = 20 * 60.0


def main() -> int:
    """Run them one after the other and say what came of each."""
    parser = arguments(__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(BENCHMARKS))
    parser.add_argument("--list", action="store_true", help="say which there are")
    options = parser.parse_args()
    if options.list:
        print("\n".join(BENCHMARKS))
        return 0
    if unknown := set(options.names) - BENCHMARKS.keys():
        parser.error(f"unknown: {', '.join(sorted(unknown))}; there are {', '.join(BENCHMARKS)}")
    extra = ["--results", str(options.results.resolve()), *(["--quick"] if options.quick else [])]
    outcomes = {name: _run(name, extra) for name in options.names or BENCHMARKS}
    render(options.results)
    print("\n".join(f"{name:14} {outcome}" for name, outcome in outcomes.items()))
    return 0 if all(outcome.startswith("done") for outcome in outcomes.values()) else 1


def _run(name: str, extra: list[str]) -> str:
    print(f"\n=== {name}", flush=True)
    began = time.monotonic()
    process = subprocess.Popen(
        [sys.executable, "-m", *BENCHMARKS[name], *extra],
        cwd=Path(__file__).parent.parent,
        start_new_session=True,
    )
    try:
        code = process.wait(LONGEST)
        outcome = "done" if code == 0 else f"failed with exit code {code}"
    except subprocess.TimeoutExpired:
        outcome = "failed: took too long"
    finally:
        # It may have left a server behind; its session is its own.
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
    return f"{outcome} after {time.monotonic() - began:.0f} s"


if __name__ == "__main__":
    sys.exit(main())

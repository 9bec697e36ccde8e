"""Run every benchmark, one after the other: `make bench`. Each writes its table beside itself."""

import subprocess
import sys
from pathlib import Path

NAMES = ("servers", "binary", "three_ways")


def main() -> int:
    """Run them all, and return 1 if one of them failed."""
    failed = []
    for name in NAMES:
        print(f"--- python -m bench.{name}", flush=True)
        # Each in a process of its own, so that none measures what another has left.
        command = [sys.executable, "-m", f"bench.{name}"]
        if subprocess.run(command, cwd=Path(__file__).parents[1], check=False).returncode:
            failed.append(name)
    if failed:
        print(f"These failed: {', '.join(failed)}.", file=sys.stderr)
    return int(bool(failed))


if __name__ == "__main__":
    sys.exit(main())

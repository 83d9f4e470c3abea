"""Deploys Weir to an emulator and holds it to what docs/deploy.md and docs/operate.md say; see deployed.sh.

    python main.py sam|cdk FOLDER

Expects `sam` on the path, for cdk `node`, and functions and weirctl in the folder WEIR_BINARIES. Exits 1 where a claim
does not hold.
"""

import shutil
import sys
import time
from pathlib import Path

import claims
import stacks
from emulator import Emulator
from lane import Lane, Unmet
from listener import Listener


def main():
    template, folder = sys.argv[1], Path(sys.argv[2])
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    began = time.monotonic()
    with Emulator(folder), Listener() as listener:
        stacks.prepare()
        {"sam": stacks.sam, "cdk": stacks.cdk}[template](folder)
        lane = Lane(listener)
        # The second template differs from the first in how it is made alone, so what waits for settings is said once.
        told = claims.ALL if template == "sam" else claims.QUICK
        faults = []
        for claim in told:
            try:
                print(f"{template}: {claim(lane)}", flush=True)
            except (Unmet, OSError) as unmet:
                faults.append(f"{template}: {claim.__doc__.rstrip('.').lower()} should hold, and {unmet}")
                print(faults[-1], flush=True)
    print(f"{template}: {len(told) - len(faults)} of {len(told)} claims hold, {time.monotonic() - began:.0f} s")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())

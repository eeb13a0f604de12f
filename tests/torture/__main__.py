"""`make torture`: kills at many moments, over load, every layer, the gates and the publish. Takes hours; ends at the first fault.

Each round is a warehouse whose first files, or whose later ones, arrive while runs are killed one after the other; then
one is let through. At last a run with a clock that was set back. `--seed` repeats what a message named.
"""

from __future__ import annotations

import argparse
import os
import random
import shutil
import sys
import tempfile
import time
from pathlib import Path

from tests.support import SEED, run_scv
from tests.torture.clock import wrong_clock
from tests.torture.kills import (
    Company,
    content,
    differences,
    draw_moments,
    finish,
    kill_at,
    outcomes,
    published_opens,
)


def main() -> int:
    parser = argparse.ArgumentParser(prog="make torture", description=__doc__)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--in-a-row", type=int, default=5, help="kills before a run is let through")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--customers", type=int, default=60)
    options = parser.parse_args()
    home = Path(tempfile.mkdtemp(prefix="torture-"))
    say(f"seed {options.seed}, {options.kills} kills, in {home}")
    draw = random.Random(options.seed)
    made = Company(home / "made")
    scv("demo", "--customers", options.customers, "--seed", SEED, "--landing", made.landing)
    made.hold_back(draw, 0.3)

    calm = clone(made, home / "calm")
    summary = scv("run", "--json", *calm.options())
    first = clone(calm, home / "first")
    expected = {"first files": content(calm)}
    calm.deliver_rest()
    scv("run", "--json", *calm.options())
    expected["later files"] = content(calm)
    seconds = seconds_of(summary)
    say(f"undisturbed: {sum(seconds.values()):.0f} s")

    moments = draw_moments(draw, options.kills, seconds)
    died: dict[str, int] = {}
    for number, start in enumerate(range(0, len(moments), options.in_a_row)):
        what = ("first files", "later files")[number % 2]
        own = clone(made if number % 2 == 0 else first, home / "own")
        if number % 2:
            own.deliver_rest()
        before = published_opens(own)
        for moment in moments[start : start + options.in_a_row]:
            phase = kill_at(own, moment, home)
            died[phase] = died.get(phase, 0) + 1
            now = published_opens(own)
            say(
                f"{what}: killed in {phase} ({moment.phase} + {moment.seconds} s), readers have {now}"
            )
            if now is None or (before and now < before):
                assert before is None, "readers lost what they had"
            before = now
        finish(own, home)
        published_opens(own)
        wrong = differences(expected[what], content(own))
        if wrong:
            say(
                f"not as in an undisturbed run: {', '.join(wrong)}; the warehouse is kept in {own.home}"
            )
            return 1
        say(f"{what}: whole again after {', '.join(outcomes(own))}")
    own = clone(first, home / "own")
    own.deliver_rest()
    environment = wrong_clock(home, -3 * 86400)
    if environment:
        os.environ.update(environment)
        finish(own, home)
        for name in environment:
            del os.environ[name]
        wrong = differences(expected["later files"], content(own))
        if wrong:
            say(
                f"not as with a right clock: {', '.join(wrong)}; the warehouse is kept in {own.home}"
            )
            return 1
        say(f"a clock three days back: {', '.join(outcomes(own))}")
    say("killed: " + ", ".join(f"{phase} {count}" for phase, count in sorted(died.items())))
    shutil.rmtree(home)
    return 0


def clone(company: Company, home: Path) -> Company:
    """The same files with the same times, in another place."""
    shutil.rmtree(home, ignore_errors=True)
    shutil.copytree(company.home, home, symlinks=True)
    return Company(home, [home / path.relative_to(company.home) for path in company.later])


def seconds_of(summary: str) -> dict[str, float]:
    """Seconds of each phase of an undisturbed run."""
    import json

    found = json.loads(summary)
    stages: dict[str, float] = found["stage_seconds"]
    begun = found["seconds"] - sum(stages.values())
    published = stages["publish"] + stages["gate published"]
    return {"start": begun / 2, **stages, "publish": published}


def scv(*arguments: object) -> str:
    done = run_scv(*arguments)
    assert done.returncode == 0, done.stderr[-4000:]
    return done.stdout


def say(text: str) -> None:
    sys.stdout.write(f"{time.strftime('%H:%M:%S')}  {text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())

"""A clock that goes wrong for one process: the C library's own calls, so that the engine sees it as Python does."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

_SHIM = """
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdlib.h>
#include <sys/time.h>
#include <time.h>
static long offset(void) { const char *given = getenv("CLOCK_OFFSET"); return given ? atol(given) : 0; }
int clock_gettime(clockid_t which, struct timespec *now) {
    static int (*real)(clockid_t, struct timespec *);
    if (!real) real = dlsym(RTLD_NEXT, "clock_gettime");
    int done = real(which, now);
    if (which == CLOCK_REALTIME || which == CLOCK_REALTIME_COARSE) now->tv_sec += offset();
    return done;
}
int gettimeofday(struct timeval *now, void *zone) {
    struct timespec precise;
    clock_gettime(CLOCK_REALTIME, &precise);
    now->tv_sec = precise.tv_sec;
    now->tv_usec = precise.tv_nsec / 1000;
    return 0;
}
time_t time(time_t *into) {
    struct timespec precise;
    clock_gettime(CLOCK_REALTIME, &precise);
    if (into) *into = precise.tv_sec;
    return precise.tv_sec;
}
"""


def wrong_clock(folder: Path, seconds: int) -> dict[str, str] | None:
    """Environment for a process whose clock is so many seconds off; None where no C compiler is."""
    compiler = shutil.which("cc") or shutil.which("gcc")
    if compiler is None:
        return None
    source, shim = folder / "clock.c", folder / "clock.so"
    source.write_text(_SHIM)
    subprocess.run([compiler, "-shared", "-fPIC", "-o", shim, source, "-ldl"], check=True)
    return {"LD_PRELOAD": str(shim), "CLOCK_OFFSET": str(seconds)}

#!/bin/sh
# What the tests need beside Python: a browser, a PostgreSQL of their own, and strace to kill or to break a process at
# a chosen write. Root gets them installed; anybody else reads what is missing, and the tests go on.
set -eu
here=$(dirname "$0")

missing=
command -v chromium >/dev/null || missing="chromium"
command -v strace >/dev/null || missing="$missing strace"
if [ "$(id -u)" = 0 ]; then
    # The server refuses to run as root: Debian's package brings the user it runs as. Others use the wheel's programs.
    ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || missing="$missing postgresql"
    # shellcheck disable=SC2086 # a list of words
    if [ -n "$missing" ] && command -v apt-get >/dev/null; then "$here/apt-install.sh" $missing || :; fi
fi

command -v chromium >/dev/null ||
    echo "mboa: no chromium here: the tests in a browser cannot run. On Debian: sudo apt-get install chromium" >&2
command -v strace >/dev/null ||
    echo "mboa: no strace here: the tests that kill at every write cannot run. On Debian: sudo apt-get install strace" >&2

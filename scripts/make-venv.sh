#!/bin/sh
# Make an empty virtual environment: scripts/make-venv.sh FOLDER [PYTHON]
# Takes the first Python of at least 3.11; on Debian, root gets the missing venv package, anybody else is told its name.
set -eu
folder=$1
refuse() { echo "mboa: $*" >&2; exit 1; }

python=
for name in ${2:-python3 python3.14 python3.13 python3.12 python3.11}; do
    if "$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then python=$name; break; fi
done
[ -n "$python" ] || refuse "Python 3.11 or newer is needed (looked for: ${2:-python3, python3.11 and newer}). Name one: make setup PYTHON=/path/to/python3"

if ! "$python" -c 'import ensurepip, venv' 2>/dev/null; then
    package=$("$python" -c 'import sys; print("python%d.%d-venv" % sys.version_info[:2])')
    if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
        "$(dirname "$0")/apt-install.sh" "$package" || "$(dirname "$0")/apt-install.sh" python3-venv || :
    fi
    "$python" -c 'import ensurepip, venv' 2>/dev/null ||
        refuse "$python comes without venv. On Debian and Ubuntu: sudo apt-get install $package, then again: make setup"
fi

exec "$python" -m venv --clear "$folder"

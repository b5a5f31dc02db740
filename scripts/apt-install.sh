#!/bin/sh
# Install Debian packages as root, with the package lists refreshed when they are missing or too old.
set -eu
export DEBIAN_FRONTEND=noninteractive
install() { apt-get install -y -qq --no-install-recommends "$@" >/dev/null; }
echo "mboa: installing $*" >&2
install "$@" 2>/dev/null || { apt-get update -qq && install "$@"; }

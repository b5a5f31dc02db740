#!/bin/sh
# Make the secrets that are ours to make, in ./secrets, and leave alone what is there already.
# Meta's two are empty files to be filled in: Mboa does not start before, and says which is missing.
set -eu
umask 077
folder=${1:-secrets}
mkdir -p "$folder"

random() {
    head -c 96 /dev/urandom | base64 | tr -dc 'A-Za-z0-9' | head -c "$1"
}

keep() {
    [ -e "$folder/$1" ] || printf '%s\n' "$2" > "$folder/$1"
}

keep mboa_secret_key "$(random 64)"
keep mboa_whatsapp_verify_token "$(random 32)"
keep postgres_password "$(random 40)"
keep mboa_database_url "postgresql://mboa:$(cat "$folder/postgres_password")@postgres:5432/mboa"
keep mboa_whatsapp_token ""
keep mboa_whatsapp_app_secret ""

# The container's user reads them; nobody else of this machine does.
if [ "$(id -u)" = 0 ]; then
    chown 10001:10001 "$folder"/mboa_*
else
    echo "Not run as root: give $folder/mboa_* to the container's user, sudo chown 10001:10001 $folder/mboa_*"
fi
chmod 600 "$folder"/*
echo "$folder is ready. To be filled in: $folder/mboa_whatsapp_token and $folder/mboa_whatsapp_app_secret."
echo "Keep a copy of $folder/mboa_secret_key elsewhere: without it no backup can be opened."

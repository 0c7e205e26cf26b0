#!/bin/sh
# Passwords for docker-compose.yml, and the server's list of users made from them. Keeps a password that is there.
#
#   config/valkey/make-secrets.sh [FOLDER] [PREFIX]      FOLDER: secrets, PREFIX: news
set -eu
folder=${1:-secrets}
prefix=${2:-news}

# The files are bind-mounted with their own modes into containers of other users, so they must be readable as such;
# it is the folder that nobody else may enter.
mkdir -p "$folder"
chmod 700 "$folder"
for name in redis_password dashboard_password; do
    [ -s "$folder/$name" ] || od -An -N24 -tx1 /dev/urandom | tr -d ' \n' >"$folder/$name"
    chmod 644 "$folder/$name"
done
printf 'redis://wirebeat:%s@server:6379/0' "$(cat "$folder/redis_password")" >"$folder/wirebeat_redis_url"

digest() {
    if command -v sha256sum >/dev/null; then sha256sum; else shasum -a 256; fi <"$folder/$1" | cut -c1-64
}

# `dashboard` reads the streams and their state, keeps consumer groups of its own, and changes nothing else.
cat >"$folder/users.acl" <<ACL
user default off
user wirebeat on #$(digest redis_password) ~* &* +@all
user dashboard on #$(digest dashboard_password) resetchannels %R~$prefix:* ~$prefix:articles ~$prefix:topic:* -@all +@read +@connection -@dangerous +info +xinfo +xreadgroup +xack +xclaim +xautoclaim +xgroup|create +xgroup|createconsumer +client|setinfo +client|setname
ACL
chmod 644 "$folder/users.acl" "$folder/wirebeat_redis_url"
echo "$folder: redis_password, dashboard_password, users.acl, wirebeat_redis_url"

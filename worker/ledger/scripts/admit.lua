-- A poll is all or nothing: the feed's validators are stored with the entries that came under them, so that no
-- rollback of the server can hide entries behind a 304.
-- feed, token, next_due, etag, last_modified, body_hash, status, full (1: whole document read), moved_to and its
-- host, owner, n, then n times: id, alias, fingerprint, host, entry  → {held, admitted, changed, known}
local feed, token = take(), take()
local key = P .. 'feed:' .. feed
if redis.call('HGET', key, 'token') ~= token then return {0, 0, 0, 0} end
local next_due, etag, last_modified, body_hash = take(), take(), take(), take()
local status, full, moved_to, moved_host, owner, n = take(), take(), take(), take(), take(), take_number()
local admitted, changed, known = 0, 0, 0

-- An entry on its way is shown again: what its feed says now replaces what it said before, if that is not in use yet.
local function again(id, fingerprint, host, entry)
  local f = entry_fields(id, 'owner', 'fp', 'next_fp', 'st', 'claimed')
  if f[1] ~= owner or f[3] == fingerprint then return end
  redis.call('HDEL', entry_key(id), 'next', 'next_fp', 'next_host')
  if f[2] == fingerprint then return end
  if f[4] == 'fetch' and f[5] == '0' then
    redis.call('HSET', entry_key(id), 'entry', entry, 'fp', fingerprint, 'host', host)
  else
    redis.call('HSET', entry_key(id), 'next', entry, 'next_fp', fingerprint, 'next_host', host)
  end
end

for _ = 1, n do
  local id, alias, fingerprint, host, entry = take(), take(), take(), take(), take()
  local other = alias_get(alias_of_id(id))
  if not other and alias ~= '' and not seen_get(id) then other = alias_get(alias) end
  id = other or id
  if redis.call('EXISTS', entry_key(id)) == 1 then
    again(id, fingerprint, host, entry)
    known = known + 1
  else
    local seen = seen_get(id)
    if not seen or (seen.owner == owner and seen.fingerprint ~= fingerprint) then
      entry_new(id, {entry = entry, feed = feed, fingerprint = fingerprint, owner = owner, host = host,
        version = seen and seen.version or 0, hash = seen and seen.hash or NO_HASH})
      if alias ~= '' then alias_put(alias, id) end
      if seen then changed = changed + 1 else admitted = admitted + 1 end
    else
      known = known + 1
    end
  end
end

host_done(redis.call('HGET', key, 'host'), token)
redis.call('HSET', key, 'etag', etag, 'last_modified', last_modified, 'body_hash', body_hash, 'status', status,
  'last_success_ms', now, 'next_due_ms', next_due, 'errors_in_a_row', 0, 'last_error', '', 'token', '')
redis.call('HDEL', key, 'stopped')
redis.call('HINCRBY', key, 'polls', 1)
if full == '1' then redis.call('HSET', key, 'last_full_ms', now) end
if moved_to ~= '' then redis.call('HSET', key, 'moved_to', moved_to, 'host', moved_host) end
if admitted + changed > 0 then
  redis.call('HSET', key, 'last_new_ms', now)
  redis.call('HINCRBY', key, 'entries', admitted)
end
if redis.call('HEXISTS', P .. 'feeds', feed) == 1 then redis.call('ZADD', P .. 'pending:poll', next_due, feed) end
return {1, admitted, changed, known}

-- A poll is all or nothing: the feed's validators are stored with the entries that came under them, so that no
-- rollback of the server can hide entries behind a 304.
-- feed, token, next_due, etag, last_modified, body_hash, status, full (1: whole document read), moved_to and its
-- host, owner, new ones that other shards took, n, then n times: id, alias, fingerprint, host, entry  → {held, admitted, changed, known}
local feed, token = take(), take()
local key = P .. 'feed:' .. feed
if redis.call('HGET', key, 'token') ~= token then return {0, 0, 0, 0} end
local next_due, etag, last_modified, body_hash = take(), take(), take(), take()
local status, full, moved_to, moved_host, owner = take(), take(), take(), take(), take()
local elsewhere, n = take_number(), take_number()

local admitted, changed, known = take_sightings(feed, owner, n)

host_done(redis.call('HGET', key, 'host'), token)
redis.call('HSET', key, 'etag', etag, 'last_modified', last_modified, 'body_hash', body_hash, 'status', status,
  'last_success_ms', now, 'next_due_ms', next_due, 'errors_in_a_row', 0, 'last_error', '', 'token', '')
redis.call('HDEL', key, 'stopped')
redis.call('HINCRBY', key, 'polls', 1)
if full == '1' then redis.call('HSET', key, 'last_full_ms', now) end
if moved_to ~= '' then redis.call('HSET', key, 'moved_to', moved_to, 'host', moved_host) end
if admitted + changed + elsewhere > 0 then
  redis.call('HSET', key, 'last_new_ms', now)
  redis.call('HINCRBY', key, 'entries', admitted + elsewhere)
end
if redis.call('HEXISTS', P .. 'feeds', feed) == 1 then redis.call('ZADD', P .. 'pending:poll', next_due, feed) end
return {1, admitted, changed, known}

-- A dead letter gets another life at the stage where it ended: stream id → 1, or 0 when it is not there, or its entry
-- is on its way again by itself
local stream_id = take()
local found = redis.call('XRANGE', P .. 'dead', stream_id, stream_id)
if #found == 0 then return 0 end
local f = {}
for i = 1, #found[1][2], 2 do f[found[1][2][i]] = found[1][2][i + 1] end
if redis.call('EXISTS', entry_key(f.id)) == 1 then return 0 end
local seen = seen_get(f.id) or {}
entry_new(f.id, {entry = f.entry, feed = f.feed, fingerprint = seen.fingerprint or string.rep('\0', 6),
  owner = seen.owner or string.rep('\0', 4), host = f.host, hash = seen.hash or NO_HASH,
  -- a letter may be older than all memory
  version = math.max(seen.version or 0, tonumber(f.version or '0'))})
count('dead:' .. f.reason, -1)
if f.stage == 'enrich' and f.page then
  redis.call('SET', P .. 'page:' .. f.id, f.page)
  redis.call('HSET', entry_key(f.id), 'st', 'enrich')
  redis.call('ZREM', P .. 'pending:fetch', f.id)
  redis.call('ZADD', P .. 'pending:enrich', now, f.id)
end
redis.call('XDEL', P .. 'dead', stream_id)
return 1

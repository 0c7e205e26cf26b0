-- n, lease, by, interval, max_open → list of {feed, token, config, etag, last_modified, body_hash, errors, last_full_ms,
-- moved_to}, then ms until the next feed is due (-1: none)
local n, lease, by, interval, max_open = take_number(), take_number(), take(), take_number(), take_number()
local taken = {}
redis.call('HSET', P .. 'asked', 'poll', now)
if full() then return {taken, -1} end
local due = redis.call('ZRANGEBYSCORE', P .. 'pending:poll', '-inf', now, 'LIMIT', 0, n * 4 + 16)
for _, feed in ipairs(due) do
  if #taken >= n then break end
  local key = P .. 'feed:' .. feed
  local config = redis.call('HGET', P .. 'feeds', feed)
  local host = redis.call('HGET', key, 'host')
  if not config or not host then
    redis.call('ZREM', P .. 'pending:poll', feed)
  else
    local place = host_place(host, interval, max_open, 0, false)
    if place then
      redis.call('ZADD', P .. 'pending:poll', place, feed)
    else
      local token = tostring(redis.call('INCR', P .. 'token'))
      host_take(host, interval, token, lease)
      redis.call('HSET', key, 'token', token, 'by', by)
      redis.call('ZADD', P .. 'pending:poll', now + lease, feed)
      local f = redis.call('HMGET', key, 'etag', 'last_modified', 'body_hash', 'errors_in_a_row', 'last_full_ms',
        'moved_to')
      taken[#taken + 1] = {feed, token, config, f[1] or '', f[2] or '', f[3] or '', f[4] or '0', f[5] or '0', f[6] or ''}
    end
  end
end
local first = redis.call('ZRANGE', P .. 'pending:poll', 0, 0, 'WITHSCORES')
return {taken, first[2] and math.max(0, math.ceil(tonumber(first[2]) - now)) or -1}

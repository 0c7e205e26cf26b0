-- n, lease, nonce, by, interval, max_open, m, then m times a poll that found nothing new: feed, token, next_due, etag,
-- last_modified, body_hash, status → list of {feed, token, config, etag, last_modified, body_hash, errors, last_full_ms,
-- moved_to}, ms until the next feed is due (-1: none), how many of the m polls still held their feed
-- A claim sent again with the same nonce, because the answer got lost, gives the same feeds.
local n, lease, nonce = take_number(), take_number(), take()
local by, interval, max_open = take(), take_number(), take_number()
local held, taken, tokens = 0, {}, {}
for _ = 1, take_number() do
  local feed, token, next_due = take(), take(), take()
  local said = {etag = take(), last_modified = take(), body_hash = take(), status = take(), errors_in_a_row = '0'}
  local key = P .. 'feed:' .. feed
  local f = redis.call('HMGET', key, 'token', 'host', 'polls', 'stopped', 'etag', 'last_modified', 'body_hash', 'status',
    'errors_in_a_row')
  if f[1] == token then
    held = held + 1
    host_done(f[2], token)
    local new = {'token', '', 'last_success_ms', now, 'next_due_ms', next_due, 'polls', tonumber(f[3] or '0') + 1}
    for i, name in ipairs({'etag', 'last_modified', 'body_hash', 'status', 'errors_in_a_row'}) do
      if (f[i + 4] or '') ~= said[name] then
        new[#new + 1] = name
        new[#new + 1] = said[name]
      end
    end
    if f[9] and f[9] ~= '0' then
      new[#new + 1] = 'last_error'
      new[#new + 1] = ''
    end
    redis.call('HSET', key, unpack(new))
    if f[4] then redis.call('HDEL', key, 'stopped') end
    redis.call('ZADD', P .. 'pending:poll', 'XX', next_due, feed)  -- one that left the list has no place there
  end
end

local function asked_with(feed)
  return redis.call('HMGET', P .. 'feed:' .. feed, 'etag', 'last_modified', 'body_hash', 'errors_in_a_row',
    'last_full_ms', 'moved_to', 'host', 'token')
end
local function hand_out(feed, token, config, f)
  taken[#taken + 1] = {feed, token, config, f[1] or '', f[2] or '', f[3] or '', f[4] or '0', f[5] or '0', f[6] or ''}
end

redis.call('HSET', P .. 'asked', 'poll', now)
for feed, token in string.gmatch(redis.call('GET', P .. 'claim:' .. nonce) or '', '(%S+) (%S+)') do
  local config, f = redis.call('HGET', P .. 'feeds', feed), asked_with(feed)
  if config and f[8] == token then hand_out(feed, token, config, f) end
end
if #taken > 0 then return {taken, 0, held} end
if full() then return {taken, -1, held} end
local due = n > 0 and redis.call('ZRANGEBYSCORE', P .. 'pending:poll', '-inf', now, 'LIMIT', 0, n * 4 + 16) or {}
for _, feed in ipairs(due) do
  if #taken >= n then break end
  local key = P .. 'feed:' .. feed
  local config = redis.call('HGET', P .. 'feeds', feed)
  local f = asked_with(feed)
  if not config or not f[7] then
    redis.call('ZREM', P .. 'pending:poll', feed)
  else
    local place = host_place(f[7], interval, max_open, 0, false)
    if place then
      redis.call('ZADD', P .. 'pending:poll', place, feed)
    else
      local token = tostring(redis.call('INCR', P .. 'token'))
      host_take(f[7], interval, token, lease)
      redis.call('HSET', key, 'token', token, 'by', by)
      redis.call('ZADD', P .. 'pending:poll', now + lease, feed)
      hand_out(feed, token, config, f)
      tokens[#tokens + 1] = feed .. ' ' .. token
    end
  end
end
if #tokens > 0 then redis.call('SET', P .. 'claim:' .. nonce, table.concat(tokens, ' '), 'PX', lease) end
local first = redis.call('ZRANGE', P .. 'pending:poll', 0, 0, 'WITHSCORES')
return {taken, first[2] and math.max(0, math.ceil(tonumber(first[2]) - now)) or -1, held}

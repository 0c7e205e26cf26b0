-- n, ahead, lease, nonce, by, interval, max_open, m, then m times a poll that found nothing new: 'feed token next_due
-- other status', and where `other` is 1, since it asks again with others: etag, last_modified, body_hash
-- → list of {feed, token, config, etag, last_modified, body_hash, errors, last_full_ms, moved_to}, ms until the next
-- feed is due (-1: none)
-- A claim sent again with the same nonce, because the answer got lost, gives the same feeds.
local n, ahead, lease = take_number(), take_number(), take_number()
local nonce, by, interval, max_open = take(), take(), take_number(), take_number()
local pending, taken, feeds, tokens = P .. 'pending:poll', {}, {}, {}
for _ = 1, take_number() do
  local feed, token, next_due, other, status = string.match(take(), '(%S+) (%S+) (%S+) (%S+) (.*)')
  local key, validators = P .. 'feed:' .. feed, other == '1' and {take(), take(), take()}
  local f = redis.call('HMGET', key, 'token', 'host', 'polls', 'status')
  if f[1] == token then
    host_done(f[2], token)
    redis.call('HSET', key, 'token', '', 'last_success_ms', now, 'next_due_ms', next_due, 'polls', (f[3] or 0) + 1)
    if f[4] ~= status then  -- as it is after every failure, which leaves its reason there
      redis.call('HSET', key, 'status', status, 'errors_in_a_row', 0, 'last_error', '')
      redis.call('HDEL', key, 'stopped')
    end
    if validators then
      redis.call('HSET', key, 'etag', validators[1], 'last_modified', validators[2], 'body_hash', validators[3])
    end
    put(feed, next_due)
  end
end
put_places(pending)

local function hand_out(feed, token, f)
  taken[#taken + 1] = {feed, token, '', f[1] or '', f[2] or '', f[3] or '', f[4] or '0', f[5] or '0', f[6] or ''}
  feeds[#feeds + 1] = feed
end
-- All that is handed out, with its configs: what has none left the list.
local function handed_out()
  local configs, rows = feeds[1] and redis.call('HMGET', P .. 'feeds', unpack(feeds)), {}
  for i, row in ipairs(taken) do
    row[3] = configs[i]
    if row[3] then rows[#rows + 1] = row else redis.call('ZREM', pending, feeds[i]) end
  end
  return rows
end
local function asked_with(feed)
  return redis.call('HMGET', P .. 'feed:' .. feed, 'etag', 'last_modified', 'body_hash', 'errors_in_a_row',
    'last_full_ms', 'moved_to', 'host', 'token')
end

redis.call('HSET', P .. 'asked', 'poll', now)
for feed, token in string.gmatch(redis.call('GET', P .. 'claim:' .. nonce) or '', '(%S+) (%S+)') do
  local f = asked_with(feed)
  if f[8] == token then hand_out(feed, token, f) end
end
if #taken > 0 then return {handed_out(), 0} end
if full() then return {taken, -1} end
-- Before its time none is asked that is in hand, or whose last poll failed: its server may have said how long to wait.
local function may_be_early(f) return (f[8] or '') == '' and (f[4] or '0') == '0' end
local due = n > 0 and redis.call('ZRANGEBYSCORE', pending, '-inf', now + ahead, 'WITHSCORES', 'LIMIT', 0,
  math.min(n * 4 + 16, MOST)) or {}
local last_token = due[1] and tokens_for(math.min(n, #due / 2))
for i = 1, #due, 2 do
  if #taken >= n then break end
  local feed, f = due[i], asked_with(due[i])
  if tonumber(due[i + 1]) <= now or may_be_early(f) then
    local h = host_of(f[7] or '')
    local place = host_place(h, max_open)
    if not place then
      last_token = last_token + 1
      local token = string.format('%.0f', last_token)
      host_take(h, interval, token, lease)
      redis.call('HSET', P .. 'feed:' .. feed, 'token', token, 'by', by)
      hand_out(feed, token, f)
      tokens[#tokens + 1] = feed .. ' ' .. token
    end
    put(feed, place or now + lease)
  end
end
put_places(pending)
if #tokens > 0 then redis.call('SET', P .. 'claim:' .. nonce, table.concat(tokens, ' '), 'PX', lease) end
return {handed_out(), first_due(pending)}

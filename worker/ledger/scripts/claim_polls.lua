-- n, lease, nonce, by, interval, max_open, m, then m times a poll that found nothing new: 'feed token next_due status',
-- and '' when it asks again with what it was asked with, else 1, etag, last_modified, body_hash
-- → list of {feed, token, config, etag, last_modified, body_hash, errors, last_full_ms, moved_to}, ms until the next
-- feed is due (-1: none), how many of the m polls still held their feed
-- A claim sent again with the same nonce, because the answer got lost, gives the same feeds.
local n, lease, nonce = take_number(), take_number(), take()
local by, interval, max_open = take(), take_number(), take_number()
local pending, held, taken, tokens = P .. 'pending:poll', 0, {}, {}
-- Lua hands over 8,000 values at most
local MOST = 2000
local places = {}
local function put(feed, at)
  places[#places + 1] = at
  places[#places + 1] = feed
end
-- one that left the list has no place there, and gets none
local function put_places()
  for i = 1, #places, MOST do redis.call('ZADD', pending, 'XX', unpack(places, i, math.min(i + MOST - 1, #places))) end
  places = {}
end
for _ = 1, take_number() do
  local feed, token, next_due, status = string.match(take(), '(%S+) (%S+) (%S+) (.*)')
  local key, validators = P .. 'feed:' .. feed, take() ~= '' and {take(), take(), take()}
  local f = redis.call('HMGET', key, 'token', 'host', 'polls', 'stopped', 'status', 'errors_in_a_row')
  if f[1] == token then
    held = held + 1
    host_done(f[2], token)
    local new = {'token', '', 'last_success_ms', now, 'next_due_ms', next_due, 'polls', tonumber(f[3] or '0') + 1}
    local function set(name, value)
      new[#new + 1] = name
      new[#new + 1] = value
    end
    if f[5] ~= status then set('status', status) end
    if f[6] ~= '0' then
      set('errors_in_a_row', '0')
      set('last_error', '')
    end
    if validators then
      set('etag', validators[1])
      set('last_modified', validators[2])
      set('body_hash', validators[3])
    end
    redis.call('HSET', key, unpack(new))
    if f[4] then redis.call('HDEL', key, 'stopped') end
    put(feed, next_due)
  end
end
put_places()

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
local due = n > 0 and redis.call('ZRANGEBYSCORE', pending, '-inf', now, 'LIMIT', 0, math.min(n * 4 + 16, MOST)) or {}
local configs = due[1] and redis.call('HMGET', P .. 'feeds', unpack(due))
local last_token = due[1] and redis.call('INCRBY', P .. 'token', math.min(n, #due)) - math.min(n, #due)
for i, feed in ipairs(due) do
  if #taken >= n then break end
  local f = configs[i] and asked_with(feed)
  if not f or not f[7] then
    redis.call('ZREM', pending, feed)
  else
    local place, h = host_place(f[7], interval, max_open, 0, false)
    if not place then
      last_token = last_token + 1
      local token = string.format('%.0f', last_token)
      host_take(f[7], interval, token, lease, h)
      redis.call('HSET', P .. 'feed:' .. feed, 'token', token, 'by', by)
      hand_out(feed, token, configs[i], f)
      tokens[#tokens + 1] = feed .. ' ' .. token
    end
    put(feed, place or now + lease)
  end
end
put_places()
if #tokens > 0 then redis.call('SET', P .. 'claim:' .. nonce, table.concat(tokens, ' '), 'PX', lease) end
local first = redis.call('ZRANGE', pending, 0, 0, 'WITHSCORES')
return {taken, first[2] and math.max(0, math.ceil(tonumber(first[2]) - now)) or -1, held}

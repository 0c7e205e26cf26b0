-- stage, n, lease, max_crashes, nonce, by, high_water, interval, max_open
-- → list of {id, token, attempt, entry, seen_at, version, hash, feed config, page or ''}, then ms until the next is
-- due (-1: none), then why nothing was given ('' | 'full': what comes after has enough)
-- A claim sent again with the same nonce, because the answer got lost, gives the same entries.
local stage, n, lease, max_crashes = take(), take_number(), take_number(), take_number()
local nonce, by, high_water, interval, max_open = take(), take(), take_number(), take_number(), take_number()
local pending = P .. 'pending:' .. stage
local taken, tokens = {}, {}

local function hand_out(id, token)
  local f = entry_fields(id, 'tries', 'crashes', 'entry', 'seen_at', 'version', 'hash', 'feed')
  local page = stage == 'enrich' and redis.call('GET', P .. 'page:' .. id) or ''
  local tries = stage == 'fetch' and f[1] or f[1] + f[2]  -- a fetch is not to blame for a death
  taken[#taken + 1] = {id, token, tries + 1, f[3], f[4], f[5], f[6],
    redis.call('HGET', P .. 'feeds', f[7]) or redis.call('HGET', P .. 'feed:' .. f[7], 'config') or '', page or ''}
end

redis.call('HSET', P .. 'asked', stage, now)
for id, token in string.gmatch(redis.call('GET', P .. 'claim:' .. nonce) or '', '(%S+) (%S+)') do
  if held(id, token, stage) then hand_out(id, token) end
end
if #taken > 0 then return {taken, 0, ''} end
local waiting = redis.call('ZCARD', pending)
if stage == 'fetch' and (full() or redis.call('ZCARD', P .. 'pending:enrich') >= high_water) then
  return {taken, -1, 'full'}
end

for _, id in ipairs(redis.call('ZRANGEBYSCORE', pending, '-inf', now, 'LIMIT', 0, n * 4 + 16)) do
  if #taken >= n then break end
  local f = entry_fields(id, 'claimed', 'begun', 'crashes', 'host', 'token')
  if not f[1] then
    redis.call('ZREM', pending, id)
  else
    local crashes, suspect = tonumber(f[3]), tonumber(f[3]) > 0
    if f[1] == '1' then  -- the lease ran out: whoever held it is dead or deaf
      if f[2] == '1' then crashes = crashes + 1 end
      suspect = crashes > 0
      redis.call('HSET', entry_key(id), 'claimed', 0, 'begun', 0, 'token', 0, 'crashes', crashes)
      host_done(f[4], f[5])
    end
    local place, h
    if stage == 'fetch' then place, h = host_place(f[4], interval, max_open, waiting, true) end
    if crashes >= max_crashes then
      bury(id, stage, 'crashed', 'the process working on it died ' .. crashes .. ' times')
    elseif place then
      redis.call('ZADD', pending, place, id)
    elseif stage ~= 'enrich' or not suspect or #taken == 0 then  -- a suspect is worked on alone
      local token = tostring(redis.call('INCR', P .. 'token'))
      local begun = (stage == 'fetch' or #taken == 0) and 1 or 0
      redis.call('HSET', entry_key(id), 'claimed', 1, 'begun', begun, 'token', token, 'by', by)
      redis.call('ZADD', pending, now + lease, id)
      if stage == 'fetch' then host_take(f[4], interval, token, lease, h) end
      hand_out(id, token)
      tokens[#tokens + 1] = id .. ' ' .. token
      if stage == 'enrich' and suspect then break end
    end
  end
end
if #tokens > 0 then redis.call('SET', P .. 'claim:' .. nonce, table.concat(tokens, ' '), 'PX', lease) end
local first = redis.call('ZRANGE', pending, 0, 0, 'WITHSCORES')
return {taken, first[2] and math.max(0, math.ceil(tonumber(first[2]) - now)) or -1, ''}

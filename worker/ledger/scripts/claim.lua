-- stage, n, lease, max_crashes, nonce, by, high_water, interval, max_open
-- → list of {id, token, attempt, entry, seen_at, version, hash, feed config, page or ''}, then ms until the next is
-- due (-1: none), then why nothing was given ('' | 'full': what comes after has enough), then {id, feed, detail} of what
-- is dead since its processes died
-- A claim sent again with the same nonce, because the answer got lost, gives the same entries.
local stage, n, lease, max_crashes = take(), take_number(), take_number(), take_number()
local nonce, by, high_water, interval, max_open = take(), take(), take_number(), take_number(), take_number()
local pending = P .. 'pending:' .. stage
local taken, tokens, configs, crashed = {}, {}, {}, {}

local function entry_waiting(id)
  return entry_fields(id, 'tries', 'crashes', 'entry', 'seen_at', 'version', 'hash', 'feed', 'st', 'claimed', 'begun',
    'host', 'token')
end
local function config_of(feed)
  configs[feed] = configs[feed] or redis.call('HGET', P .. 'feeds', feed)
    or redis.call('HGET', P .. 'feed:' .. feed, 'config') or ''
  return configs[feed]
end
local function hand_out(id, token, e, crashes)
  local page = stage == 'enrich' and redis.call('GET', P .. 'page:' .. id)
  local tries = stage == 'fetch' and e[1] or e[1] + crashes  -- a fetch is not to blame for a death
  taken[#taken + 1] = {id, token, tries + 1, e[3], e[4], e[5], e[6], config_of(e[7]), page or ''}
end

redis.call('HSET', P .. 'asked', stage, now)
for id, token in string.gmatch(redis.call('GET', P .. 'claim:' .. nonce) or '', '(%S+) (%S+)') do
  local e = entry_waiting(id)
  if e[8] == stage and e[12] == token then hand_out(id, token, e, e[2]) end
end
if #taken > 0 then return {taken, 0, '', crashed} end
local waiting = redis.call('ZCARD', pending)
if stage == 'fetch' and (full() or redis.call('ZCARD', P .. 'pending:enrich') >= high_water) then
  return {taken, -1, 'full', crashed}
end

local due = redis.call('ZRANGEBYSCORE', pending, '-inf', now, 'LIMIT', 0, n * 4 + 16)
local last_token = due[1] and tokens_for(math.min(n, #due))
for _, id in ipairs(due) do
  if #taken >= n then break end
  local e = entry_waiting(id)
  if not e[1] then
    redis.call('ZREM', pending, id)
  else
    local crashes, suspect = tonumber(e[2]), tonumber(e[2]) > 0
    if e[9] == '1' then  -- the lease ran out: whoever held it is dead or deaf
      if e[10] == '1' then crashes = crashes + 1 end
      suspect = crashes > 0
      redis.call('HSET', entry_key(id), 'claimed', 0, 'begun', 0, 'token', 0, 'crashes', crashes)
      host_done(e[11], e[12])
    end
    local h = stage == 'fetch' and host_of(e[11])
    local place = h and host_queue(h, interval, max_open, waiting)
    if crashes >= max_crashes then
      crashed[#crashed + 1] = {id, e[7], 'the process working on it died ' .. crashes .. ' times'}
      bury(id, stage, 'crashed', crashed[#crashed][3])
    elseif place then
      put(id, place)
    elseif stage ~= 'enrich' or not suspect or #taken == 0 then  -- a suspect is worked on alone
      last_token = last_token + 1
      local token = string.format('%.0f', last_token)
      local begun = (stage == 'fetch' or #taken == 0) and 1 or 0
      redis.call('HSET', entry_key(id), 'claimed', 1, 'begun', begun, 'token', token, 'by', by)
      put(id, now + lease)
      host_take(h, interval, token, lease)
      hand_out(id, token, e, crashes)
      tokens[#tokens + 1] = id .. ' ' .. token
      if stage == 'enrich' and suspect then break end
    end
  end
end
put_places(pending)
if #tokens > 0 then redis.call('SET', P .. 'claim:' .. nonce, table.concat(tokens, ' '), 'PX', lease) end
return {taken, first_due(pending), '', crashed}

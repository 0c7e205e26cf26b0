-- All processes together ask one host no oftener than its interval allows. `next`: when it may be asked again;
-- `tail`: the last place given out in its queue. An entry that needs no request has the host ''.
-- A host is remembered for two to three hours after it was last asked, one with a crawl delay as long as its robots.txt.
local function host_keep(key)
  if redis.call('PTTL', key) < 7200000 then redis.call('PEXPIRE', key, 10800000) end
end
local function host_gap(h, interval) return math.max(interval, tonumber(h[3] or '0')) end
-- Leases that ran out are only looked for where they stand in the way.
local function host_is_full(open, max_open)
  if redis.call('ZCARD', open) < max_open then return false end
  redis.call('ZREMRANGEBYSCORE', open, '-inf', now)
  return redis.call('ZCARD', open) >= max_open
end
-- Returns when to look again, or nil and what host_take wants to know: its turn is now.
local function host_place(host, interval, max_open, waiting, queue)
  if host == '' then return nil end
  local key = P .. 'host:' .. host
  local h = redis.call('HMGET', key, 'next', 'tail', 'crawl_ms')
  local next_at = tonumber(h[1] or '0')
  local full = host_is_full(key .. ':open', max_open)
  if next_at <= now and not full then return nil, h end
  if not queue then return math.max(next_at, now + 50) end
  local step = math.max(host_gap(h, interval), 20)
  local tail = math.max(tonumber(h[2] or '0'), next_at, now + step)
  tail = math.min(tail, now + step * (waiting + 1))
  redis.call('HSET', key, 'tail', tail + step)
  host_keep(key)
  return tail
end
local function host_take(host, interval, token, lease, h)
  if host == '' then return end
  local key = P .. 'host:' .. host
  redis.call('HSET', key, 'next', now + host_gap(h, interval))
  host_keep(key)
  redis.call('ZADD', key .. ':open', now + lease, token)
  redis.call('PEXPIRE', key .. ':open', lease + 60000)
end

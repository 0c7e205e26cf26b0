-- All processes together ask one host no oftener than its interval allows. `next`: when it may be asked again;
-- `tail`: the last place given out in its queue. An entry that needs no request has the host ''.
-- A host is remembered for two hours after it was last asked, one with a crawl delay as long as its robots.txt.
local function host_keep(key)
  if redis.call('PTTL', key) < 7200000 then redis.call('PEXPIRE', key, 7200000) end
end
local function host_gap(h, interval) return math.max(interval, tonumber(h[3] or '0')) end
local function host_place(host, interval, max_open, waiting, queue)
  if host == '' then return nil end
  local key = P .. 'host:' .. host
  redis.call('ZREMRANGEBYSCORE', key .. ':open', '-inf', now)
  local h = redis.call('HMGET', key, 'next', 'tail', 'crawl_ms')
  local next_at, gap = tonumber(h[1] or '0'), host_gap(h, interval)
  local full = redis.call('ZCARD', key .. ':open') >= max_open
  if next_at <= now and not full then return nil end
  if not queue then return math.max(next_at, now + 50) end
  local step = math.max(gap, 20)
  local tail = math.max(tonumber(h[2] or '0'), next_at, now + step)
  tail = math.min(tail, now + step * (waiting + 1))
  redis.call('HSET', key, 'tail', tail + step)
  host_keep(key)
  return tail
end
local function host_take(host, interval, token, lease)
  if host == '' then return end
  local key = P .. 'host:' .. host
  local h = redis.call('HMGET', key, 'next', 'tail', 'crawl_ms')
  redis.call('HSET', key, 'next', now + host_gap(h, interval))
  host_keep(key)
  redis.call('ZADD', key .. ':open', now + lease, token)
  redis.call('PEXPIRE', key .. ':open', lease + 60000)
end

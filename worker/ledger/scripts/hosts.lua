-- All processes together ask one host no oftener than its interval allows, with no more requests open there than may be.
-- A host is one hash: `next`, when it may be asked again; `tail`, the last place given out in its queue; `crawl_ms`, of
-- its robots.txt; `renew`, see host_put; every other field is a request open there: token of the lease → when it ends.
-- An entry that needs no request has the host ''.
local function host_of(host)
  if host == '' then return nil end
  local h = {key = P .. 'host:' .. host, next = 0, tail = 0, crawl_ms = 0, renew = 0, open = 0}
  local fields = redis.call('HGETALL', h.key)
  for i = 1, #fields, 2 do
    local name, value = fields[i], tonumber(fields[i + 1])
    if h[name] then
      h[name] = value
    elseif value > now then
      h.open = h.open + 1
    else  -- a lease that ran out
      redis.call('HDEL', h.key, name)
    end
  end
  return h
end
-- A host is remembered for one to three hours after it was last asked, one with a crawl delay as long as its robots.txt.
local function host_put(h, ...)
  redis.call('HSET', h.key, ...)
  if h.renew > now then return end
  redis.call('HSET', h.key, 'renew', now + 3600000)
  if redis.call('PTTL', h.key) < 7200000 then redis.call('PEXPIRE', h.key, 10800000) end
end
local function host_gap(h, interval) return math.max(interval, h.crawl_ms) end
-- Returns when to look again, or nil: its turn is now.
local function host_place(h, max_open)
  if not h or (h.next <= now and h.open < max_open) then return nil end
  return math.max(h.next, now + 50)
end
-- The same for one of `waiting` entries, which gets a place in the queue of its host.
local function host_queue(h, interval, max_open, waiting)
  if not host_place(h, max_open) then return nil end
  local step = math.max(host_gap(h, interval), 20)
  -- its own turn, given out before one was taken late: the turn is about to come, and is not lost to it
  if h.next > now and h.next - now < step / 2 and h.open < max_open then return h.next end
  local tail = math.min(math.max(h.tail, h.next, now + step), now + step * (waiting + 1))
  host_put(h, 'tail', tail + step)
  return tail
end
local function host_take(h, interval, token, lease)
  if h then host_put(h, 'next', now + host_gap(h, interval), token, now + lease) end
end

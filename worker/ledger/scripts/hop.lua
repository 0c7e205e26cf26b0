-- A redirect leads to `host`: host, interval → ms to wait before it may be asked
local host, interval = take(), take_number()
local key = P .. 'host:' .. host
local h = redis.call('HMGET', key, 'next', 'tail', 'crawl_ms')
local at = math.max(now, tonumber(h[1] or '0'))
redis.call('HSET', key, 'next', at + host_gap(h, interval))
host_keep(key)
return math.ceil(at - now)

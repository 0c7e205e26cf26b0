-- A redirect leads to `host`: host, interval → ms to wait before it may be asked
local h, interval = host_of(take()), take_number()
local at = math.max(now, h.next)
host_put(h, 'next', at + host_gap(h, interval))
return math.ceil(at - now)

-- A redirect leads to another host than the one that the claim holds a place at: host, token, max_open, lease → 1, or 0
-- when as many requests as it may have are open there
local h, token, max_open, lease = host_of(take()), take(), take_number(), take_number()
if h.open >= max_open and redis.call('HEXISTS', h.key, token) == 0 then return 0 end
host_put(h, token, now + lease)
return 1

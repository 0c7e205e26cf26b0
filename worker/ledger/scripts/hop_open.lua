-- A redirect leads to another host than the one that the claim holds a place at: host, token, max_open, lease → 1, or 0
-- when as many requests as it may have are open there
local host, token, max_open, lease = take(), take(), take_number(), take_number()
local open = P .. 'host:' .. host .. ':open'
redis.call('ZREMRANGEBYSCORE', open, '-inf', now)
if not redis.call('ZSCORE', open, token) and redis.call('ZCARD', open) >= max_open then return 0 end
redis.call('ZADD', open, now + lease, token)
redis.call('PEXPIRE', open, lease + 60000)
return 1

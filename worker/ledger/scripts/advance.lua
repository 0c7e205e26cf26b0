-- id, token, page → how many wait to be enriched, this one included; 0 when the lease is not ours any more
local id, token, page = take(), take(), take()
local e = held(id, token, 'fetch')
if not e then return 0 end
redis.call('SET', P .. 'page:' .. id, page)
host_done(e.host, token)
redis.call('HSET', entry_key(id), 'st', 'enrich', 'tries', 0, 'crashes', 0, 'claimed', 0, 'begun', 0, 'token', 0)
redis.call('ZREM', P .. 'pending:fetch', id)
redis.call('ZADD', P .. 'pending:enrich', now, id)
return redis.call('ZCARD', P .. 'pending:enrich')

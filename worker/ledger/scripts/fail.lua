-- id, token, stage, next id, next token, reason, detail, retry_at (ms; '' gives up) → 'retry' | 'dead' | 'stale'
local id, token, stage, next_id, next_token = take(), take(), take(), take(), take()
local reason, detail, retry_at = take(), take(), take()
local e = held(id, token, stage)
if not e then return 'stale' end
begin(next_id, next_token)
if retry_at == '' then
  bury(id, stage, reason, detail)
  return 'dead'
end
host_done(e.host, token)
redis.call('HINCRBY', entry_key(id), 'tries', 1)
redis.call('HSET', entry_key(id), 'claimed', 0, 'begun', 0, 'token', 0, 'reason', reason, 'detail', detail)
redis.call('ZADD', P .. 'pending:' .. stage, retry_at, id)
return 'retry'

-- Everything at one moment → {account as a flat list, waiting to be fetched, waiting to be enriched, fetches due,
-- enrichments due, polls due, now in ms, when each stage was last asked for work as a flat list}
local function due(stage) return redis.call('ZCOUNT', P .. 'pending:' .. stage, '-inf', now) end
return {redis.call('HGETALL', P .. 'account'), redis.call('ZCARD', P .. 'pending:fetch'),
  redis.call('ZCARD', P .. 'pending:enrich'), due('fetch'), due('enrich'), due('poll'), now,
  redis.call('HGETALL', P .. 'asked')}

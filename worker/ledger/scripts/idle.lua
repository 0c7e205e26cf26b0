-- Is all done that can be done soon? since, horizon → {feeds neither read since `since` nor put off beyond the horizon,
-- entries due before the horizon, entries put off beyond it}
local since, horizon, feeds_left = take_number(), now + take_number(), 0
for _, feed in ipairs(redis.call('HKEYS', P .. 'feeds')) do
  local f = redis.call('HMGET', P .. 'feed:' .. feed, 'last_success_ms', 'last_error_ms', 'next_due_ms', 'stopped')
  local read = tonumber(f[1] or '0') >= since
  local put_off = tonumber(f[2] or '0') >= since and (f[4] or tonumber(f[3] or '0') > horizon)
  if not read and not put_off and not f[4] then feeds_left = feeds_left + 1 end
end
local soon, later = 0, 0
for _, stage in ipairs({'fetch', 'enrich'}) do
  soon = soon + redis.call('ZCOUNT', P .. 'pending:' .. stage, '-inf', horizon)
  later = later + redis.call('ZCOUNT', P .. 'pending:' .. stage, '(' .. horizon, '+inf')
end
return {feeds_left, soon, later}

-- feed, token, next_due, status words, error, stop (1: never again, the origin said 410), counted (0: it was not the
-- feed's fault) → held
local feed, token, next_due, status, error_text, stop = take(), take(), take(), take(), take(), take()
local counted = take_number()
local key = P .. 'feed:' .. feed
if redis.call('HGET', key, 'token') ~= token then return 0 end
host_done(redis.call('HGET', key, 'host'), token)
redis.call('HSET', key, 'status', status, 'last_error', error_text, 'last_error_ms', now, 'next_due_ms', next_due,
  'token', '')
redis.call('HINCRBY', key, 'errors_in_a_row', counted)
redis.call('HINCRBY', key, 'polls', 1)
if stop == '1' then
  redis.call('HSET', key, 'stopped', 1)
  redis.call('ZREM', P .. 'pending:poll', feed)
elseif redis.call('HEXISTS', P .. 'feeds', feed) == 1 then
  redis.call('ZADD', P .. 'pending:poll', next_due, feed)
end
return 1

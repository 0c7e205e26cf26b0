-- Makes feeds due now, unless one is being polled at this moment: n, then n feeds (0: all) → how many
local feeds, n, made_due = {}, take_number(), 0
for i = 1, n do feeds[i] = take() end
if n == 0 then feeds = redis.call('HKEYS', P .. 'feeds') end
for _, feed in ipairs(feeds) do
  local token = redis.call('HGET', P .. 'feed:' .. feed, 'token')
  if redis.call('HEXISTS', P .. 'feeds', feed) == 1 and (not token or token == '') then
    redis.call('ZADD', P .. 'pending:poll', now, feed)
    made_due = made_due + 1
  end
end
return made_due

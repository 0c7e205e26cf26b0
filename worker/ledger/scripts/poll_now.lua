-- Makes feeds due now, unless one is being polled at this moment: n, then n feeds (0: all that are not gone) → how many
local feeds, n, made_due = {}, take_number(), 0
for i = 1, n do feeds[i] = take() end
if n == 0 then feeds = redis.call('HKEYS', P .. 'feeds') end
for _, feed in ipairs(feeds) do
  local f = redis.call('HMGET', P .. 'feed:' .. feed, 'token', 'stopped')
  local free = (not f[1] or f[1] == '') and not (n == 0 and f[2])
  if redis.call('HEXISTS', P .. 'feeds', feed) == 1 and free then
    redis.call('ZADD', P .. 'pending:poll', now, feed)
    made_due = made_due + 1
  end
end
return made_due

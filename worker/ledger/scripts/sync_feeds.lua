-- The feed list as it is now: digest, n, then n times: feed, config, host, url → {added, removed}
-- A feed whose URL changed is read anew; one that left the list is not polled again, its entries go on as it was.
local digest, added, removed, named = take(), 0, 0, {}
for _ = 1, take_number() do
  local feed, config, host, url = take(), take(), take(), take()
  local key = P .. 'feed:' .. feed
  named[feed] = true
  redis.call('HSET', P .. 'feeds', feed, config)
  if redis.call('HGET', key, 'url') ~= url then
    redis.call('HDEL', key, 'etag', 'last_modified', 'body_hash', 'moved_to', 'stopped')
    redis.call('HSET', key, 'url', url, 'host', host)
    redis.call('ZADD', P .. 'pending:poll', now, feed)
    added = added + 1
  elseif redis.call('HEXISTS', key, 'stopped') == 0 then
    redis.call('ZADD', P .. 'pending:poll', 'NX', now, feed)
  end
end
for _, feed in ipairs(redis.call('HKEYS', P .. 'feeds')) do
  if not named[feed] then
    redis.call('HSET', P .. 'feed:' .. feed, 'config', redis.call('HGET', P .. 'feeds', feed))
    redis.call('HDEL', P .. 'feeds', feed)
    redis.call('ZREM', P .. 'pending:poll', feed)
    removed = removed + 1
  end
end
redis.call('HSET', P .. 'meta', 'feeds_digest', digest)
return {added, removed}

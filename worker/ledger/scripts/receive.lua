-- A feed of another shard showed entries of our hosts: feed, its config, owner, n, then n times id, alias, fingerprint,
-- host, entry → {admitted, changed, known}. The feed is not polled here; its config is for whoever works on the entries.
local feed, config, owner = take(), take(), take()
redis.call('HSET', P .. 'feed:' .. feed, 'config', config)
return {take_sightings(feed, owner, take_number())}

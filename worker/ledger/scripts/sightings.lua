-- Shared by admit and receive: n times id, alias, fingerprint, host, entry, as a feed showed them → admitted, changed, known
-- An entry on its way is shown again: what its feed says now replaces what it said before, if that is not in use yet.
local function again_as(owner, id, fingerprint, host, entry)
  local f = entry_fields(id, 'owner', 'fp', 'next_fp', 'st', 'claimed')
  if f[1] ~= owner or f[3] == fingerprint then return end
  redis.call('HDEL', entry_key(id), 'next', 'next_fp', 'next_host')
  if f[2] == fingerprint then return end
  if f[4] == 'fetch' and f[5] == '0' then
    redis.call('HSET', entry_key(id), 'entry', entry, 'fp', fingerprint, 'host', host)
  else
    redis.call('HSET', entry_key(id), 'next', entry, 'next_fp', fingerprint, 'next_host', host)
  end
end

local function take_sightings(feed, owner, n)
  local admitted, changed, known = 0, 0, 0
  for _ = 1, n do
    local id, alias, fingerprint, host, entry = take(), take(), take(), take(), take()
    local other = alias_get(alias_of_id(id))
    if not other and alias ~= '' and not seen_get(id) then other = alias_get(alias) end
    id = other or id
    if redis.call('EXISTS', entry_key(id)) == 1 then
      again_as(owner, id, fingerprint, host, entry)
      known = known + 1
    else
      local seen = seen_get(id)
      if not seen or (seen.owner == owner and seen.fingerprint ~= fingerprint) then
        entry_new(id, {entry = entry, feed = feed, fingerprint = fingerprint, owner = owner, host = host,
          version = seen and seen.version or 0, hash = seen and seen.hash or NO_HASH})
        if alias ~= '' then alias_put(alias, id) end
        if seen then changed = changed + 1 else admitted = admitted + 1 end
      else
        known = known + 1
      end
    end
  end
  return admitted, changed, known
end

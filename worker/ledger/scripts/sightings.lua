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

-- Under which id it goes, and what is remembered of that
local function followed(id, seen)
  if not seen or not seen.to then return id, seen end
  if seen.aging then redirect_put(id, seen.to) end
  return seen.to, seen_get(seen.to)
end
local function identified(id, alias)
  local seen = seen_get(id)
  if seen or alias == '' then return followed(id, seen) end
  local other = alias_get(alias)
  if other == '' then return id, {version = 0} end  -- it came under another link, nobody knows any more which
  if other and other ~= id then return followed(other, seen_get(other)) end
  return id, nil
end

local function take_sightings(feed, owner, n)
  local admitted, changed, known = 0, 0, 0
  local told = {}  -- ids that stand in the document, or stood further up in it
  for i = 0, n - 1 do told[ARGV[cursor + 1 + 5 * i]] = true end
  for _ = 1, n do
    local shown_as, alias, fingerprint, host, entry = take(), take(), take(), take(), take()
    local id, seen = identified(shown_as, alias)
    local is_owners, is_copy = seen and seen.owner == owner, id ~= shown_as and told[id]
    told[id] = true
    if is_copy then  -- two links to one article, each with words of its own: the first one speaks for both
      known = known + 1
    elseif redis.call('EXISTS', entry_key(id)) == 1 then
      again_as(owner, id, fingerprint, host, entry)
      known = known + 1
    elseif not seen or (is_owners and seen.fingerprint ~= fingerprint) then
      entry_new(id, {entry = entry, feed = feed, fingerprint = fingerprint, owner = owner, host = host,
        version = seen and seen.version or 0, hash = seen and seen.hash or NO_HASH})
      if alias ~= '' then alias_put(alias, id) end
      if seen then changed = changed + 1 else admitted = admitted + 1 end
    else
      known = known + 1
      -- what is forgotten is learned anew: as it is now, it is no news, and this feed is the first to show it
      if not seen.owner and not seen.to then
        seen_put(id, seen.version, fingerprint, owner, NO_HASH)
      elseif is_owners and seen.aging then
        seen_put(id, seen.version, fingerprint, owner, seen.hash)
      elseif seen.aging and not seen.to then
        remember(id, seen.version, seen.hash)
      end
      if alias ~= '' and (not seen.owner or (is_owners and seen.aging)) then alias_put(alias, id) end
    end
  end
  if admitted + changed > 0 then count('seen', admitted + changed) end
  return admitted, changed, known
end

-- id, token, next id, next token, other address ('' or an id), version, hash, and what copies.lua and publication.lua
-- take → {'published' | 'duplicate' | 'stale', stream id or id of the other}
-- | {'again', ..}: there are other tellings of its text than its record knows of; nothing was done
local id, token, next_id, next_token = take(), take(), take(), take()
local address, version, hash = take(), take_number(), take()
local e = held(id, token, 'enrich', FOR_ITS_END)
if not e then return {'stale', ''} end
take_telling()
take_publication()

if version == 1 then
  local twin, still_shown = twin_of(id, id, hash)
  if not twin and address ~= '' then twin, still_shown = twin_of(id, address, hash) end
  if twin then
    count('duplicate')
    entry_end(id, e, 0, hash)
    if still_shown then redirect_put(id, twin) end
    begin(next_id, next_token)
    return {'duplicate', twin}
  end
end
local again = again_of(id, version)
if again then return again end
if version == 1 and address ~= '' and not seen_get(address) then redirect_put(address, id) end
if address ~= '' then content_put(address, hash) end

-- FEED_ID of worker/canary.py: it goes all the way, but is no news
if e.feed == 'wirebeat-canary' then
  local canary_id = redis.call('XADD', P .. 'canary', 'MAXLEN', '~', 100, '*', record())
  count('dropped:canary')
  entry_end(id, e, version, hash)
  begin(next_id, next_token)
  return {'published', canary_id}
end
local stream_id = emit()
keep_telling(id)
count(version == 1 and 'published' or 'updated')
entry_end(id, e, version, hash)
begin(next_id, next_token)
return {'published', stream_id}

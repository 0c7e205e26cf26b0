-- The newest version of an article, tagged anew. id, its version, and what publication.lua takes
-- → {'updated', stream id}
-- | {'busy', ''}: it is being read at this moment | {'stale', ''}: that is not the version that was published last
local id, version = take(), take_number()
local e = entry_fields(id, 'st', 'claimed', 'version')
if e[1] == 'enrich' and e[2] == '1' then return {'busy', ''} end
local seen = seen_get(id)
if not seen or seen.version ~= version or (e[3] and tonumber(e[3]) ~= version) then return {'stale', ''} end
take_publication()
local stream_id = emit()
count('seen')
count('updated')
-- what its feed says next, if it is on its way already, comes as the version after this one
if e[1] then redis.call('HSET', entry_key(id), 'version', version + 1) end
if seen.owner then
  seen_put(id, version + 1, seen.fingerprint, seen.owner, seen.hash)
else
  remember(id, version + 1, NO_HASH)
end
return {'updated', stream_id}

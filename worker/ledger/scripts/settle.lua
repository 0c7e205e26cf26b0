-- An end that is neither record nor failure. id, token, stage, next id, next token, reason → 1, or 0 when the lease is not ours
local id, token, stage, next_id, next_token, reason = take(), take(), take(), take(), take(), take()
if not held(id, token, stage) then return 0 end
local f = entry_fields(id, 'version', 'hash')
count('dropped:' .. reason)
entry_end(id, tonumber(f[1]), f[2])
begin(next_id, next_token)
return 1

-- An end that is neither record nor failure. id, token, stage, next id, next token, reason → 1, or 0 when the lease is not ours
local id, token, stage, next_id, next_token, reason = take(), take(), take(), take(), take(), take()
local e = held(id, token, stage, FOR_ITS_END)
if not e then return 0 end
count('dropped:' .. reason)
entry_end(id, e, tonumber(e.version), e.hash)
begin(next_id, next_token)
return 1

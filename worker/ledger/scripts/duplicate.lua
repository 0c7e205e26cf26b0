-- The article was published by another shard: id, token, next id, next token, hash → 1, or 0 when the lease is not ours
local id, token, next_id, next_token, hash = take(), take(), take(), take(), take()
local e = held(id, token, 'enrich', FOR_ITS_END)
if not e then return 0 end
count('duplicate')
entry_end(id, e, 0, hash)
begin(next_id, next_token)
return 1

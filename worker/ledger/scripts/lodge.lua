-- A redirect led another shard's entry to an address of ours, before its first version: address (an id), id, hash
-- → the article of that address that was published already with the same text; '' when the address is now `id`'s
local address, id, hash = take(), take(), take()
local lodger = alias_get(alias_of_id(address))
for _, twin in pairs({lodger or address, address}) do
  local seen = twin ~= id and seen_get(twin)
  if seen and seen.version > 0 and seen.hash == hash then return twin end
end
if lodger == id or not (lodger or seen_get(address)) then
  alias_put(alias_of_id(address), id)
  seen_put(id, 1, string.rep('\0', 6), string.rep('\0', 4), hash)
end
return ''

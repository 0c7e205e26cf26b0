-- A redirect led another shard's entry to an address of ours, before its first version: address (an id), id, hash
-- → the article of that address that was published already with the same text; '' when the address is now `id`'s
local address, id, hash = take(), take(), take()
local lodger, lodged = seen_get(address), seen_get(id)
local is_again = lodged and not lodged.to and lodged.version > 0 and had_content(id, lodged, hash)
local twin = not is_again and twin_of(id, address, hash)
if twin then return twin end
if not lodger or lodger.to == id then redirect_put(address, id) end
seen_put(id, 1, string.rep('\0', 6), string.rep('\0', 4), hash)
content_put(address, hash)
return ''

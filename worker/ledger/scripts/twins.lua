-- The same article under two links that lead to one page: both redirect there, or one is the page itself.
-- Which article had this content at the address (an id), other than `id` → its id, or the address when it is forgotten
-- whose it was; then whether that is known by the whole hash
local function twin_of(id, address, hash)
  local at_address = seen_get(address)
  local twin, seen = address, at_address
  if seen and seen.to then twin, seen = seen.to, seen_get(seen.to) end
  if twin ~= id and seen and not seen.to and seen.version > 0 and had_content(twin, seen, hash) then
    return twin, seen.hash == hash
  end
  if at_address and known_get('known:alias', content_spot(address, hash)) then return address, false end
end
-- An address is known for as long as a content of it.
local function content_put(address, hash)
  known_put('known:id', spot_of(address))
  known_put('known:alias', content_spot(address, hash))
end

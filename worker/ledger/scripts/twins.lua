-- The same article under two links that lead to one page: both redirect there, or one is the page itself.
-- Which article had this content at the address (an id), other than `id` → its id, or the address when it is forgotten
-- whose it was; then whether that is known by the whole hash
local function twin_of(id, address, hash)
  local twin, seen = address, seen_get(address)
  if seen and seen.to then twin, seen = seen.to, seen_get(seen.to) end
  if twin ~= id and seen and not seen.to and seen.version > 0 and had_content(twin, seen, hash) then
    return twin, seen.hash == hash
  end
  if known_get('known:alias', content_spot(address, hash)) then return address, false end
end
local function content_put(address, hash) known_put('known:alias', content_spot(address, hash)) end

-- What was seen, in two memories (docs/decisions/0012-two-memories.md). `known` is long, generations of 30 days kept for
-- `seen_days`: that an id or a guid was seen, the version published last, a trace of its content. `shown` is short,
-- generations of 2 days kept for `seen_details_days`: what a feed said, so that it is noticed when it says another
-- thing. A generation expires as a whole; what a feed still shows is carried over into the new one.
local LONG, SHORT, COPIES = 30 * 86400000, 2 * 86400000, 3 * 86400000
-- `first`: buckets that a generation begins with when there was none before; `holds`: members of one bucket. Full
-- buckets are followed by a segment of twice as many, and the next generation begins with as many as this one needed.
local KINDS = {
  -- lists of 128 shelves of 8 or 9 records of `width` bytes, found by their first bytes: no field names, no pointers;
  -- a full one takes just under 7 and 5 KiB, which are sizes that jemalloc hands out
  ['known:id'] = {lasts = LONG, first = 16, holds = 1088, width = 6},
  ['known:alias'] = {lasts = LONG, first = 16, holds = 1152, width = 4},
  -- hashes, small enough for every server's default of hash-max-listpack-entries
  ['known:version'] = {lasts = LONG, first = 16, holds = 128},
  ['shown:id'] = {lasts = SHORT, first = 32, holds = 128},
  ['shown:alias'] = {lasts = SHORT, first = 32, holds = 128},
}
local SHELVES = 128
local MEMORY = P .. 'memory'

local function segment_of(name, generation, buckets)
  return {generation = generation, buckets = buckets, prefix = P .. name .. ':' .. generation .. ':' .. buckets .. ':'}
end

-- All segments of a kind that are kept, the newest first; `generation` is the present one. What there is of all kinds
-- is asked for once in a script.
local told
local function recall()
  local kept = redis.call('HMGET', P .. 'meta', 'seen_generations', 'shown_generations', 'copies_generations')
  local f = redis.call('HMGET', MEMORY, 'known:id', 'known:alias', 'known:version', 'shown:id', 'shown:alias',
    'copies:run', 'copies:text', 'first_memory_until')
  told = {[LONG] = tonumber(kept[1] or '4'), [SHORT] = tonumber(kept[2] or '5'), [COPIES] = tonumber(kept[3] or '4'),
    ['known:id'] = f[1], ['known:alias'] = f[2], ['known:version'] = f[3], ['shown:id'] = f[4], ['shown:alias'] = f[5],
    ['copies:run'] = f[6], ['copies:text'] = f[7], first_until = f[8]}
end
local function segments(name)
  local s = KINDS[name]
  if s.generation then return s end
  if not told then recall() end
  s.name, s.kept, s.generation = name, told[s.lasts], math.floor(now / s.lasts)
  local oldest = s.generation - s.kept + 1
  for generation, buckets in string.gmatch(told[name] or '', '(%d+):(%d+)') do
    generation = tonumber(generation)
    if generation >= oldest then s[#s + 1] = segment_of(name, generation, tonumber(buckets)) end
  end
  -- a clock that was set back at the turn of a generation
  if s[1] and s[1].generation == s.generation + 1 then s.generation = s.generation + 1 end
  return s
end

local function open_segment(s, buckets)
  table.insert(s, 1, segment_of(s.name, s.generation, buckets))
  local told = {}
  for i = 1, #s do told[i] = s[i].generation .. ':' .. s[i].buckets end
  redis.call('HSET', MEMORY, s.name, table.concat(told, ' '), s.name .. ':members', 0)
end
-- The segment that takes what is new.
local function receiving(s)
  local last = s[1]
  if last and last.generation == s.generation then return last end
  local members = last and tonumber(redis.call('HGET', MEMORY, s.name .. ':members')) or 0
  for i = 2, #s do
    if s[i].generation == last.generation then members = members + s[i].buckets * s.holds end
  end
  open_segment(s, math.max(s.first, math.ceil(members * 1.1 / s.holds)))
  return s[1]
end
local function expire(s, key) redis.call('PEXPIRE', key, s.lasts * (s.kept + 1)) end
local function added(s, segment, n)
  local members = redis.call('HINCRBY', MEMORY, s.name .. ':members', n)
  if members >= segment.buckets * s.holds then open_segment(s, segment.buckets * 2) end
end

-- Where a thing stands: `tail` tells it from others on its shelf, `field` in its hash, `at` chooses the bucket.
-- ids: 'art_' and 24 hex digits
local spots = {}
local function hex_spot(hex, first)
  local a, b = tonumber(string.sub(hex, first, first + 7), 16), tonumber(string.sub(hex, first + 8, first + 15), 16)
  local field = struct.pack('>I4I4', a, b)
  return {field = field, tail = string.sub(field, 1, 5), shelf = string.byte(field, 6) % SHELVES,
    at = tonumber(string.sub(hex, first + 16, first + 23), 16)}
end
local function spot_of(id)
  spots[id] = spots[id] or hex_spot(id, 5)
  return spots[id]
end
-- 8 bytes
local function alias_spot(alias)
  local shelf, a, b = string.byte(alias, 5, 7)
  return {field = alias, tail = string.sub(alias, 1, 4), shelf = shelf % SHELVES,
    at = a * 256 + b + (shelf >= SHELVES and 65536 or 0)}
end
-- that an address had this content
local function content_spot(address, hash)
  local spot = hex_spot(redis.sha1hex(address .. hash), 1)
  spot.tail = string.sub(spot.field, 1, 4)
  return spot
end

-- lists of records
local function new_list(key)
  local empty = {}
  for i = 1, SHELVES do empty[i] = '' end
  redis.call('RPUSH', key, unpack(empty))
end
local function known_get(name, spot)
  if spot.missed == name then return nil end  -- asked for a moment ago
  local s = segments(name)
  for i = 1, #s do
    local key = s[i].prefix .. spot.at % s[i].buckets
    local shelf = redis.call('LINDEX', key, spot.shelf)
    local at = shelf and string.find(shelf, spot.tail, 1, true)
    while at and (at - 1) % s.width ~= 0 do at = string.find(shelf, spot.tail, at + 1, true) end
    if at then return {info = string.byte(shelf, at + 5), segment = s[i], key = key, shelf = shelf, at = at} end
  end
  spot.missed = name
end
-- `info`: the byte after the tail of an id; nil: leave or make it 0. Returns whether it was known.
local function known_put(name, spot, info)
  local s, found = segments(name), known_get(name, spot)
  local has_info = s.width > #spot.tail
  info = info or (found and found.info) or 0
  local record = has_info and spot.tail .. string.char(info) or spot.tail
  if found and found.segment.generation == s.generation then
    if has_info and found.info ~= info then
      local before, after = string.sub(found.shelf, 1, found.at - 1), string.sub(found.shelf, found.at + s.width)
      redis.call('LSET', found.key, spot.shelf, before .. record .. after)
    end
    return true
  end
  local segment = receiving(s)
  local key = segment.prefix .. spot.at % segment.buckets
  local shelf = redis.call('LINDEX', key, spot.shelf)
  if not shelf then
    new_list(key)
    expire(s, key)
  end
  redis.call('LSET', key, spot.shelf, (shelf or '') .. record)
  spot.missed = nil
  added(s, segment, 1)
  return found ~= nil
end

-- hashes
local function slot_get(name, spot, first, last)
  local s = segments(name)
  for i = first or 1, math.min(last or #s, #s) do
    local key = s[i].prefix .. spot.at % s[i].buckets
    local value = redis.call('HGET', key, spot.field)
    if value then return value, s[i].generation ~= s.generation, key end
  end
end
-- The same value for all of them: none has one.
local function slots_fill(name, spots, value)
  local s = segments(name)
  local segment = receiving(s)
  for _, spot in ipairs(spots) do
    local key = segment.prefix .. spot.at % segment.buckets
    redis.call('HSET', key, spot.field, value)
    if redis.call('HLEN', key) == 1 then expire(s, key) end
  end
  added(s, segment, #spots)
end
local function slot_put(name, spot, value, is_new)
  local s = segments(name)
  if not is_new then
    local old_value, aging, key = slot_get(name, spot)
    if old_value and not aging then
      if old_value ~= value then redis.call('HSET', key, spot.field, value) end
      return
    end
    if old_value then redis.call('HDEL', key, spot.field) end
  end
  slots_fill(name, {spot}, value)
end

-- The info of an id: 0 never published; 1 to 127 version 1; 128 to 254 a later version, which stands in known:version.
-- Which of the 127 is a trace of the content published last.
local function trace(hash)
  local a, b = string.byte(hash, 1, 2)
  return (a * 256 + b) % 127
end
local function known_version(id, info)
  if info == 0 then return 0 elseif info < 128 then return 1 end
  return tonumber((slot_get('known:version', spot_of(id)))) or 2
end
-- `hash`: NO_HASH when it is forgotten; the trace that is there stays then. Returns whether the id was known.
local function remember(id, version, hash)
  local spot, info = spot_of(id), 0
  if version > 0 then
    local left = hash ~= NO_HASH and trace(hash)
    if not left then
      local found = known_get('known:id', spot)
      left = found and found.info > 0 and (found.info - 1) % 127 or 0
    end
    info = (version > 1 and 128 or 1) + left
  end
  if version > 1 then slot_put('known:version', spot, version) end
  return known_put('known:id', spot, info)
end

-- seen: version, fingerprint of the feed's entry, feed that owns it, content hash of the last version
local function seen_put(id, version, fingerprint, owner, hash)
  local was_known = remember(id, version, hash)
  slot_put('shown:id', spot_of(id), struct.pack('>I2c6c4c32', version, fingerprint, owner, hash), not was_known)
end
-- The same article as another id: the same page under another link, or the address that its page was found at.
local function redirect_put(id, to)
  local was_known = remember(id, 0, NO_HASH)
  slot_put('shown:id', spot_of(id), spot_of(to).field .. struct.pack('>I4', spot_of(to).at), not was_known)
end
local function id_of(raw)
  return 'art_' .. (string.gsub(raw, '.', function(c) return string.format('%02x', string.byte(c)) end))
end
local function alias_put(alias, id)
  local spot = alias_spot(alias)
  local was_known = known_put('known:alias', spot)
  slot_put('shown:alias', spot, spot_of(id).field .. struct.pack('>I4', spot_of(id).at), not was_known)
end

-- One memory there was before version 0.2: hashes by generation of 30 days. What is asked for moves over; the rest
-- expires. The first script that remembers anything says how long there can be something to move.
local function first_memory_is_over()
  if not told then recall() end
  if not told.first_until then
    local was_used = redis.call('HEXISTS', P .. 'account', 'seen') == 1
    told.first_until = string.format('%.0f', was_used and now + LONG * (told[LONG] + 1) or 0)
    redis.call('HSET', MEMORY, 'first_memory_until', told.first_until)
  end
  return tonumber(told.first_until) < now
end
local function first_memory(kind, bucket, field)
  local generation, value = math.floor(now / LONG), nil
  for back = 0, told[LONG] do
    local key = P .. kind .. ':' .. (generation - back) .. ':' .. bucket
    value = value or redis.call('HGET', key, field)
    if value then redis.call('HDEL', key, field) end
  end
  return value
end
local function alias_from_first_memory(alias)
  if first_memory_is_over() then return nil end
  local a, b = string.byte(alias, 1, 2)
  return first_memory('alias', string.format('%03x', a * 16 + math.floor(b / 16)), alias)
end
local function seen_from_first_memory(id)
  if first_memory_is_over() then return false end
  local to = alias_from_first_memory(spot_of(id).field)
  if to then
    redirect_put(id, id_of(to))
    return true
  end
  local field = hex_spot(string.sub(id, 8) .. '000', 1).field
  local value = first_memory('seen', string.sub(id, 5, 7), field)
  if not value then return false end
  local version, fingerprint, owner, hash = struct.unpack('>I2c6c4c32', value)
  seen_put(id, version, fingerprint, owner, hash)
  return true
end

-- {to = id} for a redirect; {version, fingerprint, owner, hash}; {version, info} when the rest is forgotten; nil: never
-- seen. `aging`: it stands in an older generation.
local function seen_get(id)
  local spot = spot_of(id)
  local value, aging = slot_get('shown:id', spot, 1, 1)
  if not value then
    local found = known_get('known:id', spot)
    if not found and not seen_from_first_memory(id) then return nil end
    value, aging = slot_get('shown:id', spot, found and 2)
    if not value then return {version = known_version(id, found.info), info = found.info} end
  end
  if #value == 12 then return {to = id_of(value), aging = aging} end
  local version, fingerprint, owner, hash = struct.unpack('>I2c6c4c32', value)
  return {version = version, fingerprint = fingerprint, owner = owner, hash = hash, aging = aging}
end
-- id | '' when it is forgotten of which | nil when it was never seen
local function alias_get(alias)
  local spot = alias_spot(alias)
  local raw = slot_get('shown:alias', spot, 1, 1)
  if raw then return id_of(raw) end
  if known_get('known:alias', spot) then
    raw = slot_get('shown:alias', spot, 2)
    return raw and id_of(raw) or ''
  end
  raw = alias_from_first_memory(alias)
  if not raw then return nil end
  alias_put(alias, id_of(raw))
  return id_of(raw)
end
-- Was this the content of the version published last?
local function had_content(id, seen, hash)
  if seen.hash and seen.hash ~= NO_HASH then return seen.hash == hash end
  local info = seen.info
  if not info then
    local found = known_get('known:id', spot_of(id))
    info = found and found.info or 0
  end
  return info > 0 and (info - 1) % 127 == trace(hash)
end

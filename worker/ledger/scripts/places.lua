-- When each of those that a script looked at is due next, all of them put into their pending set at once. One that is
-- not there, because it left, gets no place.
local MOST = 2000  -- Lua hands over 8,000 values at most
local places = {}
local function put(member, at)
  places[#places + 1] = at
  places[#places + 1] = member
end
local function put_places(pending)
  for i = 1, #places, MOST do
    redis.call('ZADD', pending, 'XX', unpack(places, i, math.min(i + MOST - 1, #places)))
  end
  places = {}
end
local function first_due(pending)
  local first = redis.call('ZRANGE', pending, 0, 0, 'WITHSCORES')
  return first[2] and math.max(0, math.ceil(tonumber(first[2]) - now)) or -1
end
-- So many tokens, each given out once: what stands before the first of them.
local function tokens_for(n) return redis.call('INCRBY', P .. 'token', n) - n end

-- Processes whose name starts with `by` are dead ('': all are, the store was theirs alone): what they held is due now.
-- stage, by → how many
local stage, by, freed = take(), take(), 0
local pending = P .. 'pending:' .. stage
local function of_the_dead(name) return string.sub(name or '', 1, #by) == by end

if stage == 'poll' then
  for _, feed in ipairs(redis.call('ZRANGE', pending, 0, -1)) do
    local f = redis.call('HMGET', P .. 'feed:' .. feed, 'token', 'by', 'host')
    if f[1] and f[1] ~= '' and of_the_dead(f[2]) then
      redis.call('HSET', P .. 'feed:' .. feed, 'token', '')
      host_done(f[3], f[1])
      redis.call('ZADD', pending, now, feed)
      freed = freed + 1
    end
  end
  return freed
end
for _, id in ipairs(redis.call('ZRANGE', pending, 0, -1)) do
  local f = entry_fields(id, 'claimed', 'by', 'begun', 'host', 'token')
  if f[1] == '1' and of_the_dead(f[2]) then
    if by ~= '' and f[3] == '1' and stage == 'enrich' then redis.call('HINCRBY', entry_key(id), 'crashes', 1) end
    redis.call('HSET', entry_key(id), 'claimed', 0, 'begun', 0, 'token', 0)
    host_done(f[4], f[5])
    redis.call('ZADD', pending, now, id)
    freed = freed + 1
  end
end
return freed

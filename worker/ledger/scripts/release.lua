-- Gives entries back as if they had not been claimed: stage, not_before, n, then n times: id, token → how many
local stage, not_before, given = take(), take(), 0
for _ = 1, take_number() do
  local id, token = take(), take()
  local e = held(id, token, stage)
  if e then
    host_done(e.host, token)
    redis.call('HSET', entry_key(id), 'claimed', 0, 'begun', 0, 'token', 0)
    redis.call('ZADD', P .. 'pending:' .. stage, not_before == '' and now or not_before, id)
    given = given + 1
  end
end
return given

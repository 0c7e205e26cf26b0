-- stream id → 1, or 0 when it is not there
local stream_id = take()
local found = redis.call('XRANGE', P .. 'dead', stream_id, stream_id)
if #found == 0 then return 0 end
for i = 1, #found[1][2], 2 do
  if found[1][2][i] == 'reason' then count('dead:' .. found[1][2][i + 1], -1) end
end
count('dropped:discarded')
redis.call('XDEL', P .. 'dead', stream_id)
return 1

-- What a publication brings: how many values follow, the fields with `data` as the last of them; partial data, n topics,
-- then n times: topic, score.
local first_value, last_value, partial
local function take_publication()
  first_value = cursor + 2
  last_value = first_value + take_number() - 1
  cursor = last_value
  partial = take()
end
local function record() return unpack(ARGV, first_value, last_value) end
-- Into the stream of all articles and those of its topics, under one id.
local function emit()
  local stream_id = redis.call('XADD', P .. 'articles', '*', record())
  for _ = 1, take_number() do
    local topic, fields = take(), {unpack(ARGV, first_value, last_value - 2)}
    for _, value in ipairs({'score', take(), 'data', partial}) do fields[#fields + 1] = value end
    redis.call('XADD', P .. 'topic:' .. topic, stream_id, unpack(fields))
  end
  return stream_id
end

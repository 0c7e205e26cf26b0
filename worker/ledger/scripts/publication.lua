-- What a publication brings: n fields, fields.., data, partial data, n topics, then n times: topic, score.
local flat, data, partial = {}, nil, nil
local function take_publication()
  for i = 1, take_number() do flat[i] = take() end
  data, partial = take(), take()
end
local function with(...)
  local fields = {}
  for i = 1, #flat do fields[i] = flat[i] end
  for _, value in ipairs({...}) do fields[#fields + 1] = value end
  return unpack(fields)
end
-- Into the stream of all articles and those of its topics, under one id.
local function emit()
  local stream_id = redis.call('XADD', P .. 'articles', '*', with('data', data))
  for _ = 1, take_number() do
    local topic, score = take(), take()
    redis.call('XADD', P .. 'topic:' .. topic, stream_id, with('score', score, 'data', partial))
  end
  return stream_id
end

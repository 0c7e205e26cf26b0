-- What is kept of the texts published of late, for `copies_days`: by which articles are found to be copies of others.
-- What a text's record means, tasks/copies.py alone knows: 64 bytes for an original, fewer for a copy, which begin with
-- the raw id of its original. docs/decisions/0013-copies-in-the-ledger.md.
-- run of a text → raw id of the first article that had it; room for 6,500 articles before another segment is looked into
KINDS['copies:run'] = {lasts = COPIES, first = 256, holds = 128}
-- article → its record, of no more bytes than every server's default of hash-max-listpack-value
KINDS['copies:text'] = {lasts = COPIES, first = 64, holds = 128}

local function run_spot(asked, n)
  local field = string.sub(asked, n * 4 - 3, n * 4)
  return {field = field, at = (struct.unpack('>I4', field))}
end
local function raw_of(id)
  return spot_of(id).field .. struct.pack('>I4', spot_of(id).at)
end
local function copies_of(id) return (slot_get('copies:text', spot_of(id))) end

-- id ('' before its first version), runs by which its text is found → its own record or '', {id, record, id, record ..}
-- of others, and for each run whether nobody had it
local function look_around(id, asked)
  local own = id ~= '' and copies_of(id) or ''
  local others, met, free = {}, {[id] = true}, {}
  local function meet(other)
    if met[other] then return end
    met[other] = true
    local record = copies_of(other)
    if record and #record == 64 then
      others[#others + 1] = other
      others[#others + 1] = record
    end
  end
  if own ~= '' and #own < 64 then meet(id_of(string.sub(own, 1, 12))) end
  for n = 1, #asked / 4 do
    local raw = slot_get('copies:run', run_spot(asked, n))
    free[n] = not raw
    if raw then meet(id_of(raw)) end
  end
  return own, others, free
end

-- What a publication brings of it: what it knows of others (see again_of; '' for nothing), runs by which its text is
-- looked for, whether it is to be found by them, n, then n times: article, record.
local telling = {}
local function take_telling()
  telling.token, telling.asked, telling.found = take(), take(), take() == '1'
  for i = 1, take_number() * 2 do telling[i] = take() end
end
-- nil when the publication knows all there is; else the answer that tells it: {'again', token, own record, others ..}
local function again_of(id, version)
  if telling.asked == '' and version == 1 then return nil end
  local own, others, free = look_around(version > 1 and id or '', telling.asked)
  telling.is_new, telling.free = own == '', free
  local token = (own ~= '' or #others > 0) and redis.sha1hex(own .. table.concat(others)) or ''
  if token ~= telling.token then return {'again', token, own, unpack(others)} end
end
local function keep_telling(id)
  for i = 1, #telling, 2 do
    slot_put('copies:text', spot_of(telling[i]), telling[i + 1], telling.is_new and telling[i] == id)
  end
  local free = {}
  for n = 1, telling.found and #telling.asked / 4 or 0 do
    if telling.free[n] then free[#free + 1] = run_spot(telling.asked, n) end
  end
  if #free > 0 then slots_fill('copies:run', free, raw_of(id)) end
end

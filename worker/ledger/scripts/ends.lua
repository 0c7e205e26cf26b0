-- Takes the entry out of the non-final state. When its feed changed it meanwhile, it starts again at once.
local function entry_end(id, version, hash)
  local f = entry_fields(id, 'st', 'fp', 'owner', 'host', 'token', 'next', 'next_fp', 'feed', 'next_host')
  seen_put(id, version, f[2], f[3], hash)
  host_done(f[4], f[5])
  redis.call('DEL', entry_key(id), P .. 'page:' .. id)
  redis.call('ZREM', P .. 'pending:' .. f[1], id)
  if f[6] then
    entry_new(id, {entry = f[6], feed = f[8], fingerprint = f[7], owner = f[3], host = f[9] or f[4],
      version = version, hash = hash})
  end
end

local function bury(id, stage, reason, detail)
  local f = entry_fields(id, 'entry', 'feed', 'tries', 'crashes', 'version', 'hash', 'host', 'token', 'seen_at')
  local fields = {'id', id, 'stage', stage, 'reason', reason, 'detail', detail, 'feed', f[2], 'entry', f[1],
    'attempts', f[3] + f[4] + 1, 'version', f[5], 'seen_at', f[9], 'host', f[7]}
  local page = redis.call('GET', P .. 'page:' .. id)
  if page then
    fields[#fields + 1] = 'page'
    fields[#fields + 1] = page
  end
  redis.call('XADD', P .. 'dead', '*', unpack(fields))
  count('dead:' .. reason)
  entry_end(id, tonumber(f[5]), f[6])
end

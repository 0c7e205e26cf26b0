local FOR_ITS_END = {'st', 'token', 'host', 'feed', 'fp', 'owner', 'version', 'hash', 'next', 'next_fp', 'next_host'}
-- Takes the entry out of the non-final state. When its feed changed it meanwhile, it starts again at once.
local function entry_end(id, e, version, hash)
  seen_put(id, version, e.fp, e.owner, hash)
  if e.st == 'fetch' then host_done(e.host, e.token) end
  redis.call('DEL', entry_key(id), P .. 'page:' .. id)
  redis.call('ZREM', P .. 'pending:' .. e.st, id)
  if e.next then
    entry_new(id, {entry = e.next, feed = e.feed, fingerprint = e.next_fp, owner = e.owner, host = e.next_host or e.host,
      version = version, hash = hash})
    count('seen')
  end
end

local function bury(id, stage, reason, detail)
  local e, f = entry_of(id, FOR_ITS_END), entry_fields(id, 'entry', 'tries', 'crashes', 'seen_at')
  local fields = {'id', id, 'stage', stage, 'reason', reason, 'detail', detail, 'feed', e.feed, 'entry', f[1],
    'attempts', f[2] + f[3] + 1, 'version', e.version, 'seen_at', f[4], 'host', e.host}
  local page = redis.call('GET', P .. 'page:' .. id)
  if page then
    fields[#fields + 1] = 'page'
    fields[#fields + 1] = page
  end
  redis.call('XADD', P .. 'dead', '*', unpack(fields))
  count('dead:' .. reason)
  entry_end(id, e, tonumber(e.version), e.hash)
end

-- What every script shares. ARGV[1]: key prefix, ARGV[2]: now in ms or '' for the server's clock, the rest is the
-- script's own, read with take(). KEYS[1] only tells a cluster where the keys live: they share one hash tag.
local P = ARGV[1] .. ':'
local now
if ARGV[2] ~= '' then
  now = tonumber(ARGV[2])
else
  local t = redis.call('TIME')
  now = t[1] * 1000 + math.floor(t[2] / 1000)
end
local cursor = 2
local function take()
  cursor = cursor + 1
  return ARGV[cursor]
end
local function take_number() return tonumber(take()) end

-- set by every tick while the server's memory is nearly full: what is under way is finished, nothing new is begun
local function full() return redis.call('EXISTS', P .. 'full') == 1 end

local function count(name, by) redis.call('HINCRBY', P .. 'account', name, by or 1) end

-- entries
local NO_HASH = string.rep('\0', 32)
local function entry_key(id) return P .. 'entry:' .. id end
local function entry_fields(id, ...) return redis.call('HMGET', entry_key(id), ...) end
local function entry_new(id, e)
  redis.call('HSET', entry_key(id), 'st', 'fetch', 'entry', e.entry, 'feed', e.feed, 'fp', e.fingerprint,
    'owner', e.owner, 'host', e.host, 'seen_at', now, 'version', e.version, 'hash', e.hash, 'tries', 0,
    'crashes', 0, 'claimed', 0, 'begun', 0, 'token', 0)
  redis.call('ZADD', P .. 'pending:fetch', now, id)
end
local function host_done(host, token)
  if host and host ~= '' then redis.call('HDEL', P .. 'host:' .. host, token) end
end

local FOR_A_STEP = {'st', 'token', 'host'}
local function entry_of(id, names)
  local e, f = {}, entry_fields(id, unpack(names))
  for i = 1, #names do e[names[i]] = f[i] end
  return e
end
-- nil unless this token holds the entry at this stage: a late twin of a lease that ran out changes nothing
local function held(id, token, stage, names)
  local e = entry_of(id, names or FOR_A_STEP)
  return e.st == stage and e.token == token and e or nil
end
-- What a process works on next is marked with the end of what it worked on: when it dies, only that one is suspect.
local function begin(id, token)
  if id ~= '' and redis.call('HGET', entry_key(id), 'token') == token then
    redis.call('HSET', entry_key(id), 'begun', 1)
  end
end

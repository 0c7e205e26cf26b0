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

-- ids: 'art_' and 24 hex digits: 12 bits choose the bucket, the next 64 are the field
local function raw(hex) return (string.gsub(hex, '..', function(pair) return string.char(tonumber(pair, 16)) end)) end
local function spot(id) return string.sub(id, 5, 7), raw(string.sub(id, 8, 23)) end

-- What was seen is kept in buckets by generation of 30 days: small hashes stay compact in memory, and a whole
-- generation expires at once. A hit in an older one is carried over, so what still stands in a feed is not forgotten.
local GENERATION_MS = 30 * 86400000
local generation = math.floor(now / GENERATION_MS)
local function generations_kept() return tonumber(redis.call('HGET', P .. 'meta', 'seen_generations') or '4') end
local function bucket_put(kind, bucket, field, value)
  local key = P .. kind .. ':' .. generation .. ':' .. bucket
  redis.call('HSET', key, field, value)
  redis.call('PEXPIRE', key, GENERATION_MS * (generations_kept() + 1), 'NX')
end
local function bucket_get(kind, bucket, field)
  for back = 0, generations_kept() - 1 do
    local value = redis.call('HGET', P .. kind .. ':' .. (generation - back) .. ':' .. bucket, field)
    if value then
      if back > 0 then bucket_put(kind, bucket, field, value) end
      return value
    end
  end
end

-- seen: id → version, fingerprint of the feed's entry, feed that showed it first, content hash of the last version
local function seen_put(id, version, fingerprint, owner, hash)
  local bucket, field = spot(id)
  bucket_put('seen', bucket, field, struct.pack('>I2c6c4c32', version, fingerprint, owner, hash))
end
local function seen_get(id)
  local bucket, field = spot(id)
  local value = bucket_get('seen', bucket, field)
  if not value then return nil end
  local version, fingerprint, owner, hash = struct.unpack('>I2c6c4c32', value)
  return {version = version, fingerprint = fingerprint, owner = owner, hash = hash}
end

-- aliases: 8 bytes (of a guid, or of another address of the same article) → id
local function alias_bucket(alias)
  local a, b = string.byte(alias, 1, 2)
  return string.format('%03x', a * 16 + math.floor(b / 16))
end
local function alias_put(alias, id) bucket_put('alias', alias_bucket(alias), alias, raw(string.sub(id, 5))) end
local function alias_get(alias)
  local value = bucket_get('alias', alias_bucket(alias), alias)
  if not value then return nil end
  return 'art_' .. (string.gsub(value, '.', function(c) return string.format('%02x', string.byte(c)) end))
end
local function alias_of_id(id) return raw(string.sub(id, 5, 20)) end

-- entries
local NO_HASH = string.rep('\0', 32)
local function entry_key(id) return P .. 'entry:' .. id end
local function entry_new(id, e)
  redis.call('HSET', entry_key(id), 'st', 'fetch', 'entry', e.entry, 'feed', e.feed, 'fp', e.fingerprint,
    'owner', e.owner, 'host', e.host, 'seen_at', now, 'version', e.version, 'hash', e.hash, 'tries', 0,
    'crashes', 0, 'claimed', 0, 'begun', 0, 'token', 0)
  redis.call('ZADD', P .. 'pending:fetch', now, id)
  count('seen')
end
local function host_done(host, token)
  if host and host ~= '' then redis.call('ZREM', P .. 'host:' .. host .. ':open', token) end
end
local function entry_fields(id, ...) return redis.call('HMGET', entry_key(id), ...) end

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

-- 'stale' unless this token holds the entry at this stage: a late twin of a lease that ran out changes nothing
local function held(id, token, stage)
  local f = entry_fields(id, 'st', 'token')
  return f[1] == stage and f[2] == token
end
-- What a process works on next is marked with the end of what it worked on: when it dies, only that one is suspect.
local function begin(id, token)
  if id ~= '' and redis.call('HGET', entry_key(id), 'token') == token then
    redis.call('HSET', entry_key(id), 'begun', 1)
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

-- All processes together ask one host no oftener than its interval allows. `next`: when it may be asked again;
-- `tail`: the last place given out in its queue. An entry that needs no request has the host ''.
-- A host is remembered for two hours after it was last asked, one with a crawl delay as long as its robots.txt.
local function host_keep(key)
  if redis.call('PTTL', key) < 7200000 then redis.call('PEXPIRE', key, 7200000) end
end
local function host_gap(h, interval) return math.max(interval, tonumber(h[3] or '0')) end
local function host_place(host, interval, max_open, waiting, queue)
  if host == '' then return nil end
  local key = P .. 'host:' .. host
  redis.call('ZREMRANGEBYSCORE', key .. ':open', '-inf', now)
  local h = redis.call('HMGET', key, 'next', 'tail', 'crawl_ms')
  local next_at, gap = tonumber(h[1] or '0'), host_gap(h, interval)
  local full = redis.call('ZCARD', key .. ':open') >= max_open
  if next_at <= now and not full then return nil end
  if not queue then return math.max(next_at, now + 50) end
  local step = math.max(gap, 20)
  local tail = math.max(tonumber(h[2] or '0'), next_at, now + step)
  tail = math.min(tail, now + step * (waiting + 1))
  redis.call('HSET', key, 'tail', tail + step)
  host_keep(key)
  return tail
end
local function host_take(host, interval, token, lease)
  if host == '' then return end
  local key = P .. 'host:' .. host
  local h = redis.call('HMGET', key, 'next', 'tail', 'crawl_ms')
  redis.call('HSET', key, 'next', now + host_gap(h, interval))
  host_keep(key)
  redis.call('ZADD', key .. ':open', now + lease, token)
  redis.call('PEXPIRE', key .. ':open', lease + 60000)
end

-- reserveBudget: admits one request under all its limits at once, or names the one that refuses longest; writes the
-- open record. A repeat changes nothing, also after the request was settled or released.
-- KEYS: 1 lease, 2 leases, 3 epoch, 4.. counters
-- ARGV: 1 event id, 2 lease ttl ms, 3 open record, 4 expected epoch ('' = any), 5 output tokens wanted,
--       6 least output tokens that are worth it, then for each counter:
--       limit (-1 = none, count only), base amount, amount per output token, bucket ms (0 = concurrency), buckets,
--       period start ms, period end ms (both 0 for rolling windows)
-- Returns: {'admitted', now, granted tokens, total 1, reserved 1, total 2, …}
--          {'denied', now, counter number, used, reserved, retry ms (-1 = never by waiting), 'amount' asked}
--          {'closed', now} after a settlement or release of the same id; {'moved', now} when a calendar period is not the current one;
--          {'stale', now, epoch} when Redis was rebuilt
local now = nowMs()
local epoch = redis.call('GET', KEYS[3]) or ''
if ARGV[4] ~= '' and epoch ~= ARGV[4] then return {'stale', integer(now), epoch} end
local lease = redis.call('HMGET', KEYS[1], 'state', 'granted')
if lease[1] == 'closed' then return {'closed', integer(now)} end

local wanted, least = tonumber(ARGV[5]), tonumber(ARGV[6])
local granted = wanted
-- A lease of a pod that died is ended by the reaper; this only bounds a counter that nobody touches any more.
local concurrencyTtlMs = 86400000

-- Milliseconds until `amount` can fit beside what is used; -1 when it never will.
local function retryMs(counter, amount)
  if amount > counter.limit then return -1 end
  if counter.total - counter.reserved + amount <= counter.limit then return 2000 end
  if counter.to then return counter.to - now end
  return waitForMs(counter.key, now, counter.bucketMs, counter.buckets, counter.oldest, counter.current,
    counter.total + amount - counter.limit)
end

local counters = {}
for index = 4, #KEYS do
  local at = 7 + (index - 4) * 7
  local counter = {
    key = KEYS[index], limit = tonumber(ARGV[at]), base = tonumber(ARGV[at + 1]), perToken = tonumber(ARGV[at + 2]),
    bucketMs = tonumber(ARGV[at + 3]), buckets = tonumber(ARGV[at + 4]), fits = wanted,
  }
  local from, to = tonumber(ARGV[at + 5]), tonumber(ARGV[at + 6])
  if to > 0 and (now < from or now >= to) then return {'moved', integer(now)} end
  if counter.bucketMs == 0 then
    counter.total = tonumber(redis.call('HGET', counter.key, 'total')) or 0
    counter.reserved = counter.total
  elseif to > 0 then
    local state = redis.call('HMGET', counter.key, 'total', 'reserved')
    counter.total, counter.reserved = tonumber(state[1]) or 0, tonumber(state[2]) or 0
    counter.to = to
  else
    counter.current, counter.oldest, counter.total, counter.reserved =
      rollWindow(counter.key, now, counter.bucketMs, counter.buckets)
  end
  counters[#counters + 1] = counter
  if lease[1] == false and counter.limit >= 0 then
    local room = counter.limit - counter.total - counter.base
    if room < 0 then
      counter.fits = -1
    elseif counter.perToken > 0 then
      counter.fits = math.min(wanted, math.floor(room / counter.perToken))
      -- The division of two large numbers may round up to the next integer.
      if counter.fits * counter.perToken > room then counter.fits = counter.fits - 1 end
    end
    granted = math.min(granted, counter.fits)
  end
end

local reply = {'admitted', integer(now), lease[2] or integer(granted)}
if lease[1] == false then
  if granted < least then
    -- Of all that refuse, the one that refuses longest is named: after its time the others fit too.
    local named, retry
    for number, counter in ipairs(counters) do
      if counter.fits < least then
        local wait = retryMs(counter, counter.base + counter.perToken * least)
        if named == nil or (retry ~= -1 and (wait == -1 or wait > retry)) then named, retry = number, wait end
      end
    end
    local counter = counters[named]
    return {'denied', integer(now), named, integer(counter.total - counter.reserved), integer(counter.reserved),
      integer(retry), integer(counter.base + counter.perToken * least)}
  end
  local held = {}
  for number, counter in ipairs(counters) do
    local amount = counter.base + counter.perToken * granted
    if counter.bucketMs == 0 then
      redis.call('HINCRBY', counter.key, 'total', 1)
      redis.call('PEXPIRE', counter.key, integer(concurrencyTtlMs))
      held[number] = '1:0:0:0'
    elseif counter.to then
      redis.call('HINCRBY', counter.key, 'total', integer(amount))
      redis.call('HINCRBY', counter.key, 'reserved', integer(amount))
      redis.call('PEXPIREAT', counter.key, integer(counter.to + 86400000))
      held[number] = integer(amount) .. ':0:-1:0'
    else
      addToWindow(counter.key, counter.current, counter.oldest, amount, amount, counter.bucketMs, counter.buckets)
      held[number] = integer(amount) .. ':' .. integer(counter.current) .. ':' .. integer(counter.bucketMs) .. ':'
        .. integer(counter.buckets)
    end
    if counter.bucketMs ~= 0 then
      counter.total = counter.total + amount
      counter.reserved = counter.reserved + amount
    end
  end
  redis.call('HSET', KEYS[1], 'state', 'open', 'open', ARGV[3], 'held', table.concat(held, ','), 'granted',
    integer(granted), 'streamed', '0', 'counters', cjson.encode(KEYS))
  redis.call('ZADD', KEYS[2], integer(now + tonumber(ARGV[2])), ARGV[1])
end
for _, counter in ipairs(counters) do
  reply[#reply + 1] = integer(counter.total)
  reply[#reply + 1] = integer(counter.reserved)
end
return reply

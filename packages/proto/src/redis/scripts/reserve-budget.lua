-- reserveBudget: admits one request under all its limits at once, or names the tightest; writes the open record.
-- KEYS: 1 lease, 2 leases, 3 epoch, 4.. counters
-- ARGV: 1 event id, 2 lease ttl ms, 3 open record, 4 expected epoch ('' = any), 5 output tokens wanted,
--       6 least output tokens that are worth it, then for each counter:
--       limit (-1 = none, count only), base amount, amount per output token, bucket ms (0 = concurrency), buckets,
--       period start ms, period end ms (both 0 for rolling windows)
-- Returns: {'admitted', now, granted tokens, total 1, reserved 1, total 2, …}
--          {'denied', now, counter number, used, reserved, retry ms (-1 = never by waiting), 'amount' asked}
--          {'closed', now} after a release of the same id; {'moved', now} when a calendar period is not the current one;
--          {'stale', now, epoch} when Redis was rebuilt
local now = nowMs()
local epoch = redis.call('GET', KEYS[3]) or ''
if ARGV[4] ~= '' and epoch ~= ARGV[4] then return {'stale', integer(now), epoch} end
local lease = redis.call('HMGET', KEYS[1], 'state', 'granted')
if lease[1] == 'closed' then return {'closed', integer(now)} end

local wanted, least = tonumber(ARGV[5]), tonumber(ARGV[6])
local granted, tightest = wanted, 0
local counters = {}
for index = 4, #KEYS do
  local at = 7 + (index - 4) * 7
  local counter = {
    key = KEYS[index], limit = tonumber(ARGV[at]), base = tonumber(ARGV[at + 1]), perToken = tonumber(ARGV[at + 2]),
    bucketMs = tonumber(ARGV[at + 3]), buckets = tonumber(ARGV[at + 4]),
  }
  local from, to = tonumber(ARGV[at + 5]), tonumber(ARGV[at + 6])
  if to > 0 and (now < from or now >= to) then return {'moved', integer(now)} end
  if counter.bucketMs == 0 then
    counter.total = tonumber(redis.call('HGET', counter.key, 'total')) or 0
    counter.reserved = counter.total
  elseif to > 0 then
    local state = redis.call('HMGET', counter.key, 'total', 'reserved')
    counter.current, counter.oldest = 0, 0
    counter.total, counter.reserved = tonumber(state[1]) or 0, tonumber(state[2]) or 0
    counter.to = to
  else
    counter.current, counter.oldest, counter.total, counter.reserved =
      rollWindow(counter.key, now, counter.bucketMs, counter.buckets)
  end
  counters[#counters + 1] = counter
  if lease[1] == false and counter.limit >= 0 then
    local room = counter.limit - counter.total - counter.base
    local fits = granted
    if room < 0 then fits = -1 elseif counter.perToken > 0 then fits = math.floor(room / counter.perToken) end
    if fits < granted then granted, tightest = fits, #counters end
  end
end

local reply = {'admitted', integer(now), lease[2] or integer(granted)}
if lease[1] == false then
  if tightest > 0 and granted < least then
    local counter = counters[tightest]
    local amount = counter.base + counter.perToken * least
    local retry = -1
    if amount <= counter.limit then
      if counter.total - counter.reserved + amount <= counter.limit then
        retry = 2000
      elseif counter.to then
        retry = counter.to - now
      else
        retry = waitForMs(counter.key, now, counter.bucketMs, counter.buckets, counter.oldest, counter.current,
          counter.total + amount - counter.limit)
      end
    end
    return {'denied', integer(now), tightest, integer(counter.total - counter.reserved), integer(counter.reserved),
      integer(retry), integer(amount)}
  end
  local held = {}
  for number, counter in ipairs(counters) do
    local amount = counter.base + counter.perToken * granted
    if counter.bucketMs == 0 then
      redis.call('HINCRBY', counter.key, 'total', 1)
      redis.call('PEXPIRE', counter.key, ARGV[2] * 2)
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

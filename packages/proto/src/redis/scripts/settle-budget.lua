-- settleBudget: replaces what a lease holds by what was used, and ends the lease. A repeat changes nothing. With zero
-- amounts it is the release of a reservation whose outcome is unknown: the id is remembered as closed, so that a
-- reservation that arrives late, or again, changes nothing either.
-- KEYS: 1 lease, 2 leases, 3 positions, 4.. counters as reserved
-- ARGV: 1 event id, 2 pod stream, 3 sequence number of the close record (0 = none),
--       then for each counter the amount used
-- Returns: 1 settled, 0 there was no lease
local closedTtlMs = 60000
-- First a command that a full Redis allows: after it the rest of the script may write too, and settling frees memory.
redis.call('ZREM', KEYS[2], ARGV[1])
if tonumber(ARGV[3]) > 0 then
  local last = tonumber(redis.call('HGET', KEYS[3], ARGV[2])) or 0
  if tonumber(ARGV[3]) > last then redis.call('HSET', KEYS[3], ARGV[2], ARGV[3]) end
end
local lease = redis.call('HMGET', KEYS[1], 'state', 'held')
redis.call('DEL', KEYS[1])
redis.call('HSET', KEYS[1], 'state', 'closed')
redis.call('PEXPIRE', KEYS[1], integer(closedTtlMs))
if lease[1] ~= 'open' then return 0 end
local now = nowMs()
local index = 4
for entry in string.gmatch(lease[2], '[^,]+') do
  local heldText, bucketText, bucketMsText, bucketsText = string.match(entry, '([^:]+):([^:]+):([^:]+):([^:]+)')
  local held, bucket = tonumber(heldText), tonumber(bucketText)
  local bucketMs, buckets = tonumber(bucketMsText), tonumber(bucketsText)
  local key, used = KEYS[index], tonumber(ARGV[index]) or 0
  if bucketMs == 0 then
    if (tonumber(redis.call('HGET', key, 'total')) or 0) > 0 then redis.call('HINCRBY', key, 'total', -1) end
  elseif redis.call('EXISTS', key) == 1 then
    if bucketMs == -1 then
      redis.call('HINCRBY', key, 'total', integer(used - held))
      redis.call('HINCRBY', key, 'reserved', integer(-held))
    else
      local _, oldest = rollWindow(key, now, bucketMs, buckets)
      -- A bucket that has left the window took the reservation with it.
      if bucket >= oldest then addToWindow(key, bucket, oldest, used - held, -held, bucketMs, buckets) end
    end
  end
  index = index + 1
end
return 1

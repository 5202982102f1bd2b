-- settleBudget: replaces what a lease holds by what was used, and ends the lease. A repeat changes nothing.
-- KEYS: 1 lease, 2 leases, 3 positions, 4.. counters as reserved
-- ARGV: 1 event id, 2 pod stream, 3 sequence number of the close record (0 = none),
--       then for each counter the amount used
-- Returns: 1 settled, 0 there was no lease
if tonumber(ARGV[3]) > 0 then
  local last = tonumber(redis.call('HGET', KEYS[3], ARGV[2])) or 0
  if tonumber(ARGV[3]) > last then redis.call('HSET', KEYS[3], ARGV[2], ARGV[3]) end
end
redis.call('ZREM', KEYS[2], ARGV[1])
local lease = redis.call('HMGET', KEYS[1], 'state', 'held')
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
      local delta = used - held
      -- A bucket that has left the window took the reservation with it.
      if bucket < oldest then delta = 0 end
      addToWindow(key, bucket, oldest, delta, -held, bucketMs, buckets)
    end
  end
  index = index + 1
end
redis.call('DEL', KEYS[1])
return 1

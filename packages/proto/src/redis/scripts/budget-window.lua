-- Shared by the budget scripts (put before each of them when it is loaded).
-- A counter is a hash: `<bucket number>` -> amount in that bucket, `total` over the live buckets, `oldest` bucket that
-- may be non-empty, `reserved` = the part of the total that open leases hold. Amounts are integers below 2^53.
-- A bucket leaves once all of it is older than the window: never over-admits, under-admits by at most one bucket.

local function integer(value) return string.format('%.0f', value) end

local function nowMs()
  local time = redis.call('TIME')
  return tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
end

local function rollWindow(key, now, bucketMs, buckets)
  local current = math.floor(now / bucketMs)
  local state = redis.call('HMGET', key, 'oldest', 'total', 'reserved')
  local oldest, total, reserved = tonumber(state[1]), tonumber(state[2]) or 0, math.max(0, tonumber(state[3]) or 0)
  if oldest == nil then return current, current, 0, reserved end
  local first = current - buckets
  if oldest >= first then return current, oldest, total, reserved end
  if current - oldest > 2 * buckets + 1 then
    -- Everything that may be left is in the newest window; look only there.
    local live, kept = 0, {}
    for bucket = first, current do
      local amount = redis.call('HGET', key, integer(bucket))
      if amount then live = live + tonumber(amount); kept[#kept + 1] = integer(bucket); kept[#kept + 1] = amount end
    end
    redis.call('DEL', key)
    redis.call('HSET', key, 'oldest', integer(first), 'total', integer(live), 'reserved', integer(reserved), unpack(kept))
    return current, first, live, reserved
  end
  while oldest < first do
    local field = integer(oldest)
    local amount = redis.call('HGET', key, field)
    if amount then
      total = total - tonumber(amount)
      redis.call('HDEL', key, field)
    end
    oldest = oldest + 1
  end
  redis.call('HSET', key, 'oldest', integer(oldest), 'total', integer(total))
  return current, oldest, total, reserved
end

-- Milliseconds until `missing` has left the window; -1 when it never will by waiting.
local function waitForMs(key, now, bucketMs, buckets, oldest, current, missing)
  for bucket = oldest, current do
    local amount = tonumber(redis.call('HGET', key, integer(bucket))) or 0
    missing = missing - amount
    if missing <= 0 then return (bucket + buckets + 1) * bucketMs - now end
  end
  return -1
end

-- Adds `amount` to bucket `bucket` (and to what is reserved), and keeps the key as long as it can matter.
local function addToWindow(key, bucket, oldest, amount, reservedDelta, bucketMs, buckets)
  if amount ~= 0 then
    redis.call('HINCRBY', key, integer(bucket), integer(amount))
    redis.call('HINCRBY', key, 'total', integer(amount))
  end
  if reservedDelta ~= 0 then redis.call('HINCRBY', key, 'reserved', integer(reservedDelta)) end
  redis.call('HSETNX', key, 'oldest', integer(oldest))
  redis.call('PEXPIRE', key, integer((buckets + 2) * bucketMs))
end

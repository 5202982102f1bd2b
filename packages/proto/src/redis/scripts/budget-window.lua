-- Shared by the budget scripts (put before each of them when it is loaded).
-- A counter is a hash: `<bucket number>` -> amount in that bucket, `r<bucket number>` -> the part of it that open leases
-- hold; `total` and `reserved` are their sums over the live buckets, `oldest` the first bucket that may be non-empty.
-- Amounts are integers below 2^53. A bucket leaves once all of it is older than the window, with what is reserved in it:
-- never over-admits, under-admits by at most one bucket.

local function integer(value) return string.format('%.0f', value) end

local function nowMs()
  local time = redis.call('TIME')
  return tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
end

-- Takes out what has left the window. Returns the current and the oldest bucket, the total and what is reserved of it.
-- The key lives for little more than a window after its last change, so the walk is at most two windows long.
local function rollWindow(key, now, bucketMs, buckets)
  local current = math.floor(now / bucketMs)
  local state = redis.call('HMGET', key, 'oldest', 'total', 'reserved')
  local oldest, total, reserved = tonumber(state[1]), tonumber(state[2]) or 0, tonumber(state[3]) or 0
  if oldest == nil then return current, current, 0, 0 end
  -- A clock that was set back must not write before the oldest bucket: nothing would ever take that out again.
  if current < oldest then current = oldest end
  local first = current - buckets
  if oldest >= first then return current, oldest, total, reserved end
  while oldest < first do
    local field = integer(oldest)
    local amounts = redis.call('HMGET', key, field, 'r' .. field)
    if amounts[1] or amounts[2] then
      total = total - (tonumber(amounts[1]) or 0)
      reserved = reserved - (tonumber(amounts[2]) or 0)
      redis.call('HDEL', key, field, 'r' .. field)
    end
    oldest = oldest + 1
  end
  redis.call('HSET', key, 'oldest', integer(oldest), 'total', integer(total), 'reserved', integer(reserved))
  return current, oldest, total, reserved
end

-- Milliseconds until `missing` has left the window.
local function waitForMs(key, now, bucketMs, buckets, oldest, current, missing)
  for bucket = oldest, current do
    local amount = tonumber(redis.call('HGET', key, integer(bucket))) or 0
    missing = missing - amount
    if missing <= 0 then return (bucket + buckets + 1) * bucketMs - now end
  end
  -- What is left lies in buckets ahead of a clock that was set back: one window from now on it is gone too.
  return (current + buckets + 1) * bucketMs - now
end

-- Adds `amount` to bucket `bucket` (and to what is reserved), and keeps the key as long as it can matter.
local function addToWindow(key, bucket, oldest, amount, reservedDelta, bucketMs, buckets)
  if amount ~= 0 then
    redis.call('HINCRBY', key, integer(bucket), integer(amount))
    redis.call('HINCRBY', key, 'total', integer(amount))
  end
  if reservedDelta ~= 0 then
    redis.call('HINCRBY', key, 'r' .. integer(bucket), integer(reservedDelta))
    redis.call('HINCRBY', key, 'reserved', integer(reservedDelta))
  end
  redis.call('HSETNX', key, 'oldest', integer(oldest))
  redis.call('PEXPIRE', key, integer((buckets + 2) * bucketMs))
end

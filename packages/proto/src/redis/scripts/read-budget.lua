-- readBudget: what is used and reserved in each counter, and when the oldest part leaves its window.
-- KEYS: counters. ARGV: for each counter bucket ms (0 = concurrency, -1 = calendar), buckets
-- Returns: {now, then for each counter: total, reserved, next release ms (0 = nothing to release)}
local now = nowMs()
local reply = {integer(now)}
for index, key in ipairs(KEYS) do
  local bucketMs, buckets = tonumber(ARGV[index * 2 - 1]), tonumber(ARGV[index * 2])
  local total, reserved, release = 0, 0, 0
  if bucketMs > 0 then
    local current, oldest
    current, oldest, total, reserved = rollWindow(key, now, bucketMs, buckets)
    if total > 0 then
      for bucket = oldest, current do
        if (tonumber(redis.call('HGET', key, integer(bucket))) or 0) > 0 then
          release = (bucket + buckets + 1) * bucketMs
          break
        end
      end
    end
  else
    local state = redis.call('HMGET', key, 'total', 'reserved')
    total, reserved = tonumber(state[1]) or 0, tonumber(state[2]) or 0
  end
  reply[#reply + 1] = integer(total)
  reply[#reply + 1] = integer(reserved)
  reply[#reply + 1] = integer(release)
end
return reply

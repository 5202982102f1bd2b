-- extendBudget: adds output tokens to a running stream's reservation, all counters or none.
-- KEYS: 1 lease, 2 leases, 3 (unused, keeps the numbering), 4.. counters as reserved
-- ARGV: 1 event id, 2 lease ttl ms, 3 output tokens streamed so far, 4 output tokens more,
--       then for each counter: limit, amount per output token
-- Returns: 1 extended, 0 it does not fit, -1 there is no lease
local lease = redis.call('HMGET', KEYS[1], 'state', 'held')
if lease[1] ~= 'open' then return -1 end
local now, more = nowMs(), tonumber(ARGV[4])
local changed, plans, index = {}, {}, 4
for entry in string.gmatch(lease[2], '[^,]+') do
  local heldText, bucketText, bucketMsText, bucketsText = string.match(entry, '([^:]+):([^:]+):([^:]+):([^:]+)')
  local bucketMs, buckets = tonumber(bucketMsText), tonumber(bucketsText)
  local at = 5 + (index - 4) * 2
  local limit, amount = tonumber(ARGV[at]), tonumber(ARGV[at + 1]) * more
  local plan = { key = KEYS[index], bucket = tonumber(bucketText), bucketMs = bucketMs, buckets = buckets, amount = amount }
  local total = 0
  if bucketMs > 0 then
    local _, oldest, live = rollWindow(plan.key, now, bucketMs, buckets)
    plan.oldest, total = oldest, live
  elseif bucketMs == -1 then
    total = tonumber(redis.call('HGET', plan.key, 'total')) or 0
  end
  if amount > 0 and limit >= 0 and total + amount > limit then return 0 end
  plans[#plans + 1] = plan
  changed[#changed + 1] = integer(tonumber(heldText) + (bucketMs == 0 and 0 or amount)) .. ':' .. bucketText .. ':'
    .. bucketMsText .. ':' .. bucketsText
  index = index + 1
end
for _, plan in ipairs(plans) do
  if plan.bucketMs > 0 then
    -- A request counts in the window that it began in; once that has left, there is nothing more to hold there.
    if plan.bucket >= plan.oldest then
      addToWindow(plan.key, plan.bucket, plan.oldest, plan.amount, plan.amount, plan.bucketMs, plan.buckets)
    end
  elseif plan.bucketMs == -1 then
    redis.call('HINCRBY', plan.key, 'total', integer(plan.amount))
    redis.call('HINCRBY', plan.key, 'reserved', integer(plan.amount))
  end
end
redis.call('HSET', KEYS[1], 'held', table.concat(changed, ','), 'streamed', ARGV[3])
redis.call('ZADD', KEYS[2], integer(now + tonumber(ARGV[2])), ARGV[1])
return 1

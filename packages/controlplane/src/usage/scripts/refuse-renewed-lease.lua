-- refuseRenewedLease: put before settleBudget when the aggregator ends a lease, so that looking and ending are one step.
-- KEYS: 1 lease, 2 leases. ARGV: 1 event id
-- Returns: -1 the pod has renewed the lease meanwhile; nothing is changed. Falls through to settleBudget otherwise.
local expiry = redis.call('ZSCORE', KEYS[2], ARGV[1])
if expiry then
  local time = redis.call('TIME')
  if tonumber(expiry) > tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000) then return -1 end
end

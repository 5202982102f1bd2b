-- renewLease: keeps a running stream's lease alive and notes what it has streamed.
-- KEYS: 1 lease, 2 leases. ARGV: 1 event id, 2 lease ttl ms, 3 output tokens streamed so far
-- Returns: 1 renewed, 0 there is no such lease any more
if redis.call('HGET', KEYS[1], 'state') ~= 'open' then return 0 end
redis.call('HSET', KEYS[1], 'streamed', ARGV[3])
redis.call('ZADD', KEYS[2], integer(nowMs() + tonumber(ARGV[2])), ARGV[1])
return 1

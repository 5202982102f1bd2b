-- forgetPosition: removes a stream's position unless the pod has moved it meanwhile.
-- KEYS: 1 positions. ARGV: 1 pod stream, 2 position as seen
-- Returns: 1 removed, 0 it has moved or is gone
if redis.call('HGET', KEYS[1], ARGV[1]) ~= ARGV[2] then return 0 end
return redis.call('HDEL', KEYS[1], ARGV[1])

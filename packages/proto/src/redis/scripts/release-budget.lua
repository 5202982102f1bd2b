-- releaseBudget: marks an id as closed so that a reservation whose outcome is unknown changes nothing when it arrives
-- late. Run settleBudget with zero amounts first where the lease may exist.
-- KEYS: 1 lease. ARGV: 1 milliseconds to remember the id.
redis.call('HSET', KEYS[1], 'state', 'closed')
redis.call('PEXPIRE', KEYS[1], ARGV[1])
return 1

-- Replaces the set of revoked things and tells every pod when it changed.
-- KEYS[1] set
-- ARGV[1] channel, ARGV[2..] members, each `kind:value`
-- Returns 1 when the set changed, 0 otherwise.
local wanted = {}
for index = 2, #ARGV do
  wanted[ARGV[index]] = true
end
local changed = 0
for _, member in ipairs(redis.call('SMEMBERS', KEYS[1])) do
  if wanted[member] then
    wanted[member] = nil
  else
    redis.call('SREM', KEYS[1], member)
    changed = 1
  end
end
for member in pairs(wanted) do
  redis.call('SADD', KEYS[1], member)
  changed = 1
end
if changed == 1 then
  redis.call('PUBLISH', ARGV[1], 'changed')
end
return changed

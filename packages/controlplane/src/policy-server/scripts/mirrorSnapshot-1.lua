-- Writes the mirror of the newest snapshot unless Redis holds a newer one. The seal is the value's first line.
-- KEYS[1] mirror
-- ARGV[1] epoch, ARGV[2] revision, ARGV[3] encoded snapshot
-- Returns 1 when written, 0 when the mirror is as new or newer.
local first = redis.call('GETRANGE', KEYS[1], 0, 2047)
local stop = string.find(first, '\n', 1, true)
if stop then
  local ok, seal = pcall(cjson.decode, string.sub(first, 1, stop - 1))
  if ok and type(seal) == 'table' and type(seal.epoch) == 'number' and type(seal.revision) == 'number' then
    local epoch = tonumber(ARGV[1])
    if seal.epoch > epoch or (seal.epoch == epoch and seal.revision >= tonumber(ARGV[2])) then
      return 0
    end
  end
end
redis.call('SET', KEYS[1], ARGV[3])
return 1

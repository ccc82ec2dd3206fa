-- Gives a delivery one of the candidate drones, in one step: of several requests at once none sees a count that
-- another is about to change. Time is Redis's own, so the clocks of the pods need not agree.
--
-- KEYS: the assignment, then the open assignments of each candidate.
-- ARGV: the delivery's id, milliseconds an assignment is open, milliseconds to keep it (0: for ever, and only
--       then it counts as open), then the candidates in order of preference.
-- Gives the drone, and 1 if it was assigned now or 0 if the delivery had it already.
local assignment, id = KEYS[1], ARGV[1]
local open_ms, keep_ms = tonumber(ARGV[2]), tonumber(ARGV[3])

local assigned = redis.call('HGET', assignment, 'droneId')
if assigned then
  return {assigned, 0}
end

local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local best, fewest
for i = 2, #KEYS do
  redis.call('ZREMRANGEBYSCORE', KEYS[i], '-inf', now - open_ms)
  local open = redis.call('ZCARD', KEYS[i])
  if not fewest or open < fewest then
    best, fewest = i, open
  end
end

local drone = ARGV[best + 2]
redis.call('HSET', assignment, 'droneId', drone)
if keep_ms > 0 then
  redis.call('PEXPIRE', assignment, keep_ms)
else
  redis.call('ZADD', KEYS[best], now, id)
  redis.call('PEXPIRE', KEYS[best], open_ms)
end
return {drone, 1}

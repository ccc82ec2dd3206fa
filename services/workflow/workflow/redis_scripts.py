"""The steps of the queue that must be one step: scripts that Redis runs without anything in between.

Scripts and not MULTI where what is to be done depends on what Redis finds: an entry that another worker
has taken over must not be counted, put back or buried by the one that lost it.
"""

_MINE = """
local function mine(stream, group, worker, key)
  local pending = redis.call('XPENDING', stream, group, key, key, 1)
  return #pending == 1 and pending[1][2] == worker
end
"""

_DUE_IN = """
local function due_in(milliseconds)
  local now = redis.call('TIME')
  return now[1] * 1000 + math.floor(now[2] / 1000) + milliseconds
end
"""

# KEYS: stream, waiting, tries. ARGV: group, worker, claim time (ms), how many at most.
# Redis claims an entry that waits like any other that is idle; it is passed over then, because its time
# is its due time. (So the delivery count that Redis keeps means nothing here.)
TAKE_OVER = (
    _DUE_IN
    + """
local stream, waiting, tries = KEYS[1], KEYS[2], KEYS[3]
local group, worker, idle, most = ARGV[1], ARGV[2], ARGV[3], tonumber(ARGV[4])
local taken = {}
local function take(entry)
  if entry and entry[2] then
    taken[#taken + 1] = {entry[1], tonumber(redis.call('HGET', tries, entry[1]) or 0), entry[2]}
  end
end
local cursor = '0-0'
while #taken < most do
  local page = redis.call('XAUTOCLAIM', stream, group, worker, idle, cursor, 'COUNT', most - #taken)
  for _, entry in ipairs(page[2]) do
    if entry and not redis.call('ZSCORE', waiting, entry[1]) then take(entry) end
  end
  cursor = page[1]
  if cursor == '0-0' then break end
end
for _, key in ipairs(redis.call('ZRANGEBYSCORE', waiting, '-inf', due_in(0), 'LIMIT', 0, most - #taken)) do
  redis.call('ZREM', waiting, key)
  take(redis.call('XCLAIM', stream, group, worker, 0, key)[1])
end
return taken
"""
)

# KEYS: stream, waiting, tries. ARGV: group, worker, entry, delay (ms), failed tries.
# Sets the count instead of adding to it: the client repeats a script whose answer got lost.
PUT_BACK = (
    _MINE
    + _DUE_IN
    + """
if not mine(KEYS[1], ARGV[1], ARGV[2], ARGV[3]) then return 0 end
redis.call('HSET', KEYS[3], ARGV[3], ARGV[5])
redis.call('ZADD', KEYS[2], due_in(tonumber(ARGV[4])), ARGV[3])
return 1
"""
)

# KEYS: stream, waiting. ARGV: group, worker, entry.
GIVE_BACK = (
    _MINE
    + _DUE_IN
    + """
if not mine(KEYS[1], ARGV[1], ARGV[2], ARGV[3]) then return 0 end
return redis.call('ZADD', KEYS[2], 'NX', due_in(0), ARGV[3])
"""
)

# KEYS: stream, waiting, tries, dead letters. ARGV: group, worker, entry, id, request, reason, tries.
BURY = (
    _MINE
    + """
if not mine(KEYS[1], ARGV[1], ARGV[2], ARGV[3]) then return 0 end
redis.call('XADD', KEYS[4], '*', 'id', ARGV[4], 'request', ARGV[5], 'reason', ARGV[6], 'tries', ARGV[7])
redis.call('XACK', KEYS[1], ARGV[1], ARGV[3])
redis.call('XDEL', KEYS[1], ARGV[3])
redis.call('ZREM', KEYS[2], ARGV[3])
redis.call('HDEL', KEYS[3], ARGV[3])
return 1
"""
)

# KEYS: stream. ARGV: group, worker that leaves (or ''), silence after which others are gone (ms).
# Only those that hold nothing: what a deleted consumer held would never be delivered again.
FORGET_WORKERS = """
for _, consumer in ipairs(redis.call('XINFO', 'CONSUMERS', KEYS[1], ARGV[1])) do
  local facts = {}
  for i = 1, #consumer, 2 do facts[consumer[i]] = consumer[i + 1] end
  local gone = facts.name == ARGV[2] or facts.idle > tonumber(ARGV[3])
  if facts.pending == 0 and gone then redis.call('XGROUP', 'DELCONSUMER', KEYS[1], ARGV[1], facts.name) end
end
"""

"""What Redis does for cached feeds by itself, so that a page takes one call wherever it is.

A feed is a hash: ``name`` is what it is called until it is forgotten; ``places`` are the parts, each as the place
above it and the place of its last row, 24 bytes each (microseconds, id; bytewise in the order of their values); and
each part stands under the place above it.
"""

_BELOW = """
local function below(one, other)
    for i = 1, 24 do
        local a, b = one:byte(i), other:byte(i)
        if a ~= b then return a < b end
    end
    return false
end
"""
# KEYS: the feed. ARGV: the place above what is looked for, a new name, milliseconds to live.
# Returns the feed's name, and of the parts that hold what is below the place the one that begins nearest to it.
LOAD = (
    _BELOW
    + """
local found = redis.call('HMGET', KEYS[1], 'name', 'places')
if not found[1] then
    redis.call('HSET', KEYS[1], 'name', ARGV[2])
    redis.call('PEXPIRE', KEYS[1], ARGV[3])
    return {ARGV[2], false}
end
local places, nearest = found[2] or '', nil
for at = 1, #places, 48 do
    local start, last = places:sub(at, at + 23), places:sub(at + 24, at + 47)
    local holds = not below(start, ARGV[1]) and below(last, ARGV[1])
    if holds and (not nearest or below(start, nearest)) then nearest = start end
end
if not nearest then return {found[1], false} end
return {found[1], redis.call('HGET', KEYS[1], nearest)}
"""
)
# KEYS: the feed. ARGV: its name when the part was read, the place above the part, that of its last row, the part,
# and how many parts there may be: the one that was stored first goes then.
STORE = """
local found = redis.call('HMGET', KEYS[1], 'name', 'places')
if found[1] ~= ARGV[1] then return 0 end
local kept, places = '', found[2] or ''
for at = 1, #places, 48 do
    if places:sub(at, at + 23) ~= ARGV[2] then kept = kept .. places:sub(at, at + 47) end
end
if #kept >= 48 * tonumber(ARGV[5]) then
    redis.call('HDEL', KEYS[1], kept:sub(1, 24))
    kept = kept:sub(49)
end
redis.call('HSET', KEYS[1], 'places', kept .. ARGV[2] .. ARGV[3], ARGV[2], ARGV[4])
return 1
"""

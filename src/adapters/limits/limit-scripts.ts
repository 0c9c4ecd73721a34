/**
 * All charges of a request or none. KEYS: counter and holds of each charge. ARGV: id, lease, then per charge its kind,
 * amount, unit (rate) or limit (budget), burst, end of the period. Answers {1}, or {0, which charge, wait}.
 */
export const RESERVE_SCRIPT = `
local time = redis.call('TIME')
local now = time[1] * 1000 + time[2] / 1000
local id, lease = ARGV[1], tonumber(ARGV[2])
local plans = {}
for at = 1, #KEYS / 2 do
  local counter, holds, base = KEYS[2 * at - 1], KEYS[2 * at], 2 + 5 * (at - 1)
  local kind, amount = ARGV[base + 1], tonumber(ARGV[base + 2])
  local unit, burst, ends = tonumber(ARGV[base + 3]), tonumber(ARGV[base + 4]), tonumber(ARGV[base + 5])
  if kind == 'rate' then
    local full = tonumber(redis.call('GET', counter) or 0)
    local next = math.max(full, now) + math.min(amount, burst) * unit
    local wait = next - burst * unit - now
    if wait > 0.000001 then return {0, at, string.format('%.3f', wait)} end
    plans[at] = next
  else
    for _, member in ipairs(redis.call('ZRANGEBYSCORE', holds, '-inf', now)) do
      redis.call('HINCRBYFLOAT', counter, 'held', -tonumber(string.match(member, '|(.+)$')))
      redis.call('ZREM', holds, member)
    end
    local spent = tonumber(redis.call('HGET', counter, 'spent') or 0)
    local held = tonumber(redis.call('HGET', counter, 'held') or 0)
    if spent + held + amount > unit then return {0, at, string.format('%.3f', math.max(1, ends - now))} end
  end
end
for at = 1, #KEYS / 2 do
  local counter, holds, base = KEYS[2 * at - 1], KEYS[2 * at], 2 + 5 * (at - 1)
  if ARGV[base + 1] == 'rate' then
    redis.call('SET', counter, string.format('%.6f', plans[at]), 'PX', math.max(1, math.ceil(plans[at] - now)))
  else
    redis.call('HINCRBYFLOAT', counter, 'held', ARGV[base + 2])
    redis.call('ZADD', holds, now + lease, id .. '|' .. ARGV[base + 2])
    local keep = math.max(1, math.ceil(tonumber(ARGV[base + 5]) - now) + lease)
    redis.call('PEXPIRE', counter, keep)
    redis.call('PEXPIRE', holds, keep)
  end
end
return {1}
`

/**
 * KEYS as above, and last a mark that it was done: a gateway that has missed the answer asks again. ARGV: id, how long the mark
 * lies, then per charge its kind, milliseconds to move (rate) or the amount taken (budget), the amount held.
 */
export const SETTLE_SCRIPT = `
if not redis.call('SET', KEYS[#KEYS], 1, 'NX', 'PX', ARGV[2]) then return {1} end
local time = redis.call('TIME')
local now = time[1] * 1000 + time[2] / 1000
local id = ARGV[1]
for at = 1, (#KEYS - 1) / 2 do
  local counter, holds, base = KEYS[2 * at - 1], KEYS[2 * at], 2 + 3 * (at - 1)
  local value = tonumber(ARGV[base + 2])
  if ARGV[base + 1] == 'rate' then
    local full = tonumber(redis.call('GET', counter) or now) + value
    if full > now then
      redis.call('SET', counter, string.format('%.6f', full), 'PX', math.max(1, math.ceil(full - now)))
    else
      redis.call('DEL', counter)
    end
  else
    -- A hold that has lapsed is no longer there, and no longer counted.
    if redis.call('ZREM', holds, id .. '|' .. ARGV[base + 3]) == 1 then
      redis.call('HINCRBYFLOAT', counter, 'held', -tonumber(ARGV[base + 3]))
    end
    redis.call('HINCRBYFLOAT', counter, 'spent', value)
    if redis.call('PTTL', counter) < 0 then redis.call('PEXPIRE', counter, 86400000 * 32) end
  end
end
return {1}
`

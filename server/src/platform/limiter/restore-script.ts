import { redisScript } from "../redis/index.ts";

/**
 * Brings back into Redis what a process knows of one bucket after it decided alone. Commutative over processes: what Redis
 * had said before (`known`, the same usage seen by many) counts once, as the largest; what each one took (`own`) is added.
 * `base` in the stored value is the part that came from `known`s. Where nothing says so: all of a value that outlived the
 * outage (`lost` = 0), nothing of one that was begun after Redis had forgotten everything (`lost` = 1).
 * KEYS: the bucket. ARGV: known, own, age of the interval in ms, refill, intervalMs, lost.
 */
export const restoreScript = redisScript(`
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local known, own, age = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local refill, interval = tonumber(ARGV[4]), tonumber(ARGV[5])
local anchor = now - age
local steps = math.max(0, math.floor(age / interval))
local total = known + own - steps * refill
if total <= 0 then return 0 end
if steps > 0 then
  own = math.min(own, total)
  known = total - own
  anchor = anchor + steps * interval
end
local used, base = 0, 0
local stored = redis.call('GET', KEYS[1])
if stored then
  local storedUsed, storedAnchor, tail = string.match(stored, '^(%d+):(%d+):?(%d*)$')
  local passed = math.max(0, math.floor((now - storedAnchor) / interval))
  used = math.max(0, storedUsed - passed * refill)
  if used > 0 then
    anchor = math.min(anchor, storedAnchor + passed * interval)
    base = passed == 0 and tonumber(tail) or (ARGV[6] == '1' and 0 or used)
  end
end
used = used + math.max(0, known - base) + own
base = math.max(base, known)
local full = anchor + math.ceil(used / refill) * interval
redis.call('SET', KEYS[1], string.format('%.0f:%.0f:%.0f', used, anchor, base), 'PXAT', string.format('%.0f', full))
return 1
`);

import { redisScript } from "../redis/index.ts";

/**
 * All buckets of one request in one atomic call; the algebra of bucket.ts, in Redis' own time.
 * KEYS: one per bucket. ARGV: cost, then capacity, refill, intervalMs per bucket.
 * Value of a key: "<used>:<anchorMs>", expiring at the moment the bucket is full again, which says the same as no key;
 * after an outage followed by ":<base>", which only restore-script.ts reads.
 * Returns allowed (1|0), now, then used and anchor per bucket.
 */
export const takeScript = redisScript(`
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local cost = tonumber(ARGV[1])
local stored = redis.call('MGET', unpack(KEYS))
local allowed = 1
local result = { 1, now }
local tails = {}
for i = 1, #KEYS do
  local capacity, refill, interval = tonumber(ARGV[3 * i - 1]), tonumber(ARGV[3 * i]), tonumber(ARGV[3 * i + 1])
  local used, anchor = 0, now
  if stored[i] then
    local storedUsed, storedAnchor, tail = string.match(stored[i], '^(%d+):(%d+)(.*)$')
    anchor = tonumber(storedAnchor)
    local steps = math.max(0, math.floor((now - anchor) / interval))
    used = tonumber(storedUsed) - steps * refill
    if used <= 0 or anchor > now + interval then used, anchor = 0, now else anchor = anchor + steps * interval end
    if steps == 0 and used > 0 then tails[i] = tail end
  end
  if cost > 0 and used + cost > capacity then allowed = 0 end
  result[2 * i + 1], result[2 * i + 2] = used, anchor
end
result[1] = allowed
if allowed == 1 and cost > 0 then
  for i, key in ipairs(KEYS) do
    local refill, interval = tonumber(ARGV[3 * i]), tonumber(ARGV[3 * i + 1])
    local used, anchor = result[2 * i + 1] + cost, result[2 * i + 2]
    local full = anchor + math.ceil(used / refill) * interval
    redis.call('SET', key, string.format('%.0f:%.0f', used, anchor) .. (tails[i] or ''), 'PXAT', string.format('%.0f', full))
    result[2 * i + 1] = used
  end
end
return result
`);

import { redisScript } from "../../platform/redis/index.ts";

/**
 * All windows of one account, all or nothing, in Redis' own time. (GEN-10)
 * KEYS: state, pool, full, burst, leases and, for a regeneration of a draft, its cooldown.
 * ARGV: 1 life of Redis, 2–5 start and end of the month and of the hour that the keys are of, 6–9 limits of pool, full, burst and leases
 * (-1: none), 10 cooldown in ms, 11 and 12 how long a cooldown and a lease are kept, 13 generation, 14 "1" for a full regeneration,
 * 15 now (tests only).
 * Returns "lost" (no counters of this life and month, so nothing is known), "turn" and the time (the keys are of another month or
 * hour), or "yes"/"no" with epoch, now, pool, full, burst, leases in force, time of the last regeneration (-1: none).
 * The leases hold one member that never ends: without it they are lost, not empty. A generation that has one is counted already: it
 * asks for the second time.
 */
export const admitScript = redisScript(`
local state = redis.call('HMGET', KEYS[1], 'epoch', 'life', 'month', 'hour', 'last')
if not state[1] or state[2] ~= ARGV[1] then return { 'lost' } end
local now = tonumber(ARGV[15])
if not now then
  local time = redis.call('TIME')
  now = time[1] * 1000 + math.floor(time[2] / 1000)
end
now = math.max(now, tonumber(state[5]))
if now < tonumber(ARGV[4]) or now >= tonumber(ARGV[5]) then return { 'turn', now } end
if state[3] ~= ARGV[2] then return { 'lost' } end
local at = string.format('%.0f', now)
local used = redis.call('MGET', KEYS[2], KEYS[3], KEYS[4])
local newHour = state[4] ~= ARGV[4]
local live = redis.call('ZCOUNT', KEYS[5], '(' .. at, '+inf') - 1
if not used[1] or not used[2] or not (used[3] or newHour) or live < 0 then return { 'lost' } end
local pool, full, burst = tonumber(used[1]), tonumber(used[2]), newHour and 0 or tonumber(used[3])
local cooled = KEYS[6] and redis.call('GET', KEYS[6]) or -1
local fullToo = ARGV[14] == '1'
local function hasRoom(count, limit) return limit == '-1' or count < tonumber(limit) end
local answer = 'no'
if redis.call('ZSCORE', KEYS[5], ARGV[13]) then
  answer = 'yes'
elseif hasRoom(pool, ARGV[6]) and hasRoom(burst, ARGV[8]) and hasRoom(live, ARGV[9]) and (not fullToo or hasRoom(full, ARGV[7]))
  and (cooled == -1 or now >= cooled + ARGV[10]) then
  answer = 'yes'
  pool, burst, live = pool + 1, burst + 1, live + 1
  redis.call('INCR', KEYS[2])
  if fullToo then
    full = full + 1
    redis.call('INCR', KEYS[3])
  end
  if newHour then redis.call('SET', KEYS[4], '1', 'PX', ARGV[5] - now) else redis.call('INCR', KEYS[4]) end
  redis.call('ZADD', KEYS[5], string.format('%.0f', now + ARGV[12]), ARGV[13])
  if KEYS[6] then
    cooled = at
    redis.call('SET', KEYS[6], at, 'PX', ARGV[11])
  end
  redis.call('HSET', KEYS[1], 'hour', ARGV[4], 'last', at)
end
return { answer, tonumber(state[1]), now, pool, full, burst, live, tonumber(cooled) }
`);

/**
 * Writes the counters anew, as the ledger has them, unless a later epoch did already.
 * KEYS: state, pool, full, burst, leases, then the cooldowns. ARGV: 1 epoch, 2 life of Redis, 3 and 5 start of month and hour, 4 and 6
 * how long those still last in ms, 7 time of the last admission, 8–10 pool, full, burst, 11 how long a cooldown is kept, 12 how many
 * leases, then score and member of each, then the time of each cooldown.
 */
export const restoreScript = redisScript(`
local stored = redis.call('HMGET', KEYS[1], 'epoch', 'life')
if stored[1] and stored[2] == ARGV[2] and tonumber(stored[1]) >= tonumber(ARGV[1]) then return 0 end
redis.call('HSET', KEYS[1], 'epoch', ARGV[1], 'life', ARGV[2], 'month', ARGV[3], 'hour', ARGV[5], 'last', ARGV[7])
redis.call('SET', KEYS[2], ARGV[8], 'PX', ARGV[4])
redis.call('SET', KEYS[3], ARGV[9], 'PX', ARGV[4])
redis.call('SET', KEYS[4], ARGV[10], 'PX', ARGV[6])
redis.call('DEL', KEYS[5])
redis.call('ZADD', KEYS[5], '+inf', '-')
local leases = tonumber(ARGV[12])
for i = 1, leases do redis.call('ZADD', KEYS[5], ARGV[11 + 2 * i], ARGV[12 + 2 * i]) end
for i = 6, #KEYS do redis.call('SET', KEYS[i], ARGV[12 + 2 * leases + i - 5], 'PX', ARGV[11]) end
redis.call('PEXPIRE', KEYS[1], ARGV[4])
redis.call('PEXPIRE', KEYS[5], ARGV[4])
return 1
`);

/**
 * A generation has ended: its lease is over, and what is refunded is given back, once.
 * KEYS: leases, then the counters to give back to. ARGV: generation.
 */
export const settleScript = redisScript(`
if redis.call('ZREM', KEYS[1], ARGV[1]) == 0 then return 0 end
for i = 2, #KEYS do
  if tonumber(redis.call('GET', KEYS[i]) or 0) > 0 then redis.call('DECR', KEYS[i]) end
end
return 1
`);

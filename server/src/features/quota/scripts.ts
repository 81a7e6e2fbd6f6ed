import { redisScript } from "../../platform/redis/index.ts";

/** Longer than any lease, in seconds: the ledger knows when one really ends, and is asked before anybody is refused. */
export const LEASE_KEPT_SECONDS = 24 * 60 * 60;

/**
 * All windows of one account, all or nothing, in Redis' own time.
 * KEYS: state, pool, full, burst, leases and, for a regeneration of a draft, its cooldown.
 * ARGV: 1 "life month hour": life of Redis, start of the month and of the hour that the keys are of, in ms; 2 and 3 start and end of the
 * hour in seconds, 4–7 limits of pool, full, burst and leases (-1: none), 8 generation, 9 "1" for a full regeneration, 10 cooldown in
 * ms, 11 how long it is kept, 12 now in ms (tests only).
 * Returns "lost" (no counters of this life and month, so nothing is known), "turn" and the time (the keys are of another month or
 * hour), or "yes"/"no", state, the time, pool, full, burst, leases in force, time of the last regeneration (-1: none). The time is in
 * seconds, then µs.
 * State: "life month hour epoch earliest", where earliest is the time of the ledger's last entry: Redis' clock may be behind it. The
 * leases hold one member that never ends: without it they are lost, not empty. A generation that has one is not counted again.
 * Times are compared as text, all of one length: Lua takes a third of the whole script's time to make numbers of them.
 */
export const admitScript = redisScript(`
local stored = redis.call('MGET', KEYS[1], KEYS[2], KEYS[3], KEYS[4])
local state = stored[1]
if not state then return { 'lost' } end
local newHour, newMonth = false, false
if string.sub(state, 1, #ARGV[1]) ~= ARGV[1] then
  local life, month, hour = string.match(state, '^(%S+) (%S+) (%S+)')
  local lifeNow, monthNow, hourNow = string.match(ARGV[1], '^(%S+) (%S+) (%S+)')
  if life ~= lifeNow then return { 'lost' } end
  newHour, newMonth = hour ~= hourNow, month ~= monthNow
end
local seconds, micros
if ARGV[12] then
  seconds, micros = string.sub(ARGV[12], 1, 10), string.sub(ARGV[12], 11) .. '000'
else
  local time = redis.call('TIME')
  seconds, micros = time[1], time[2]
end
if seconds <= string.sub(state, -13, -4) then
  local earliest = tonumber(string.sub(state, -13))
  if seconds * 1000 + micros / 1000 < earliest then seconds, micros = string.sub(state, -13, -4), string.sub(state, -3) .. '000' end
end
if seconds < ARGV[2] or seconds >= ARGV[3] then return { 'turn', seconds, micros } end
if newMonth then return { 'lost' } end
local pool, full, burst = tonumber(stored[2]), tonumber(stored[3]), newHour and 0 or tonumber(stored[4])
local live = redis.call('ZCOUNT', KEYS[5], '(' .. seconds, '+inf') - 1
if not pool or not full or not burst or live < 0 then return { 'lost' } end
local cooled = -1
if KEYS[6] then cooled = tonumber(redis.call('GET', KEYS[6]) or -1) end
local fullToo = ARGV[9] == '1'
local poolMax, fullMax = tonumber(ARGV[4]), fullToo and tonumber(ARGV[5]) or -1
if poolMax >= 0 and pool >= poolMax or fullMax >= 0 and full >= fullMax or burst >= tonumber(ARGV[6]) or live >= tonumber(ARGV[7])
  or cooled >= 0 and seconds * 1000 + math.floor(micros / 1000) < cooled + ARGV[10] then
  return { 'no', state, seconds, micros, pool, full, burst, live, cooled }
end
if redis.call('ZADD', KEYS[5], 'NX', seconds + ${LEASE_KEPT_SECONDS}, ARGV[8]) == 1 then
  pool, burst, live = pool + 1, burst + 1, live + 1
  redis.call('INCR', KEYS[2])
  if fullToo then
    full = full + 1
    redis.call('INCR', KEYS[3])
  end
  if newHour then
    redis.call('SET', KEYS[4], burst, 'PX', (ARGV[3] - seconds) * 1000)
    redis.call('SET', KEYS[1], ARGV[1] .. string.match(state, '^%S+ %S+ %S+( .*)$'), 'KEEPTTL')
  else
    redis.call('INCR', KEYS[4])
  end
  if KEYS[6] then
    cooled = seconds * 1000 + math.floor(micros / 1000)
    redis.call('SET', KEYS[6], cooled, 'PX', ARGV[11])
  end
end
return { 'yes', state, seconds, micros, pool, full, burst, live, cooled }
`);

/**
 * Writes the counters anew, as the ledger has them, unless a later epoch did already.
 * KEYS: state, pool, full, burst, leases, then the cooldowns. ARGV: 1 epoch, 2 life of Redis, 3 and 5 start of month and hour, 4 and 6
 * how long those still last in ms, 7 time of the last entry, 8–10 pool, full, burst, 11 how long a cooldown is kept, 12 how many
 * leases, then score and member of each, then the time of each cooldown.
 */
export const restoreScript = redisScript(`
local life, epoch = string.match(redis.call('GET', KEYS[1]) or '', '^(%S+) %S+ %S+ (%S+)')
if epoch and life == ARGV[2] and tonumber(epoch) >= tonumber(ARGV[1]) then return 0 end
redis.call('SET', KEYS[1], table.concat({ ARGV[2], ARGV[3], ARGV[5], ARGV[1], ARGV[7] }, ' '), 'PX', ARGV[4])
redis.call('SET', KEYS[2], ARGV[8], 'PX', ARGV[4])
redis.call('SET', KEYS[3], ARGV[9], 'PX', ARGV[4])
redis.call('SET', KEYS[4], ARGV[10], 'PX', ARGV[6])
redis.call('DEL', KEYS[5])
redis.call('ZADD', KEYS[5], '+inf', '-')
local leases = tonumber(ARGV[12])
for i = 1, leases do redis.call('ZADD', KEYS[5], ARGV[11 + 2 * i], ARGV[12 + 2 * i]) end
for i = 6, #KEYS do redis.call('SET', KEYS[i], ARGV[12 + 2 * leases + i - 5], 'PX', ARGV[11]) end
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

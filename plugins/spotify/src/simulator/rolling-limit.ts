/** At most `max` calls in any span of `windowMs`. */
export class RollingLimit {
  private readonly max: number;
  private readonly windowMs: number;
  private times: number[] = [];

  constructor({ max, windowMs }: { max: number; windowMs: number }) {
    this.max = max;
    this.windowMs = windowMs;
  }

  /** Counts a call and answers 0, or answers how many seconds to wait. */
  take(now: number): number {
    this.times = this.times.filter((time) => time > now - this.windowMs);
    const [oldest = now] = this.times;
    if (this.times.length >= this.max) return Math.max(1, Math.ceil((oldest + this.windowMs - now) / 1000));
    this.times.push(now);
    return 0;
  }
}

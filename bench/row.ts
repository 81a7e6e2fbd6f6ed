/** One line of BENCHMARKS.md. */
export interface BenchRow {
  figure: string;
  value: number;
  unit: string;
  /** What it should reach, as shown; `met` is null for lines that only give context. */
  goal: string | null;
  met: boolean | null;
}

export function row(
  figure: string,
  value: number,
  unit: string,
  goal?: { atLeast?: number; atMost?: number },
): BenchRow {
  const rounded = Number(value.toPrecision(3));
  if (goal?.atLeast !== undefined)
    return { figure, value: rounded, unit, goal: `≥ ${goal.atLeast}`, met: value >= goal.atLeast };
  if (goal?.atMost !== undefined)
    return { figure, value: rounded, unit, goal: `≤ ${goal.atMost}`, met: value <= goal.atMost };
  return { figure, value: rounded, unit, goal: null, met: null };
}

export function median(values: number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted[Math.floor(sorted.length / 2)];
  if (middle === undefined) throw new Error("no values");
  return middle;
}

/** Of things measured in turns: each round is compared with itself, so that a slow moment of the machine meets both. */
export function medianRatio(values: number[], yardstick: number[]): number {
  return median(values.map((value, index) => value / (yardstick[index] ?? value)));
}

/**
 * Welch's t of two samples: how many standard errors their means lie apart. As dudect does it (Reparaz, Balasch and
 * Verbauwhede, 2017), each sample is cropped first, for the slowest answers tell of the machine and not of the question; and
 * beyond 4.5 chance is no explanation any more.
 */
export function welch(left: readonly number[], right: readonly number[]): number {
  const bound = quantile([...left, ...right], CROP);
  const [a, b] = [moments(left.filter((value) => value <= bound)), moments(right.filter((value) => value <= bound))];
  return (a.mean - b.mean) / Math.sqrt(a.variance / a.count + b.variance / b.count);
}

export const T_MAX = 4.5;
const CROP = 0.9;

function quantile(values: number[], share: number): number {
  return values.toSorted((a, b) => a - b)[Math.floor(share * (values.length - 1))] ?? Number.NaN;
}

function moments(values: readonly number[]): { count: number; mean: number; variance: number } {
  const count = values.length;
  const mean = values.reduce((sum, value) => sum + value, 0) / count;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (count - 1);
  return { count, mean, variance };
}

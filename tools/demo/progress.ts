/** Live line on a terminal, plain lines elsewhere, silent on stdout always: the summary alone belongs there. */
export function createProgress(quiet: boolean) {
  const live = process.stderr.isTTY && !quiet;
  const seconds: Record<string, number> = {};
  let shown = false;

  const line = (text: string) => {
    if (!live) return;
    process.stderr.write(`\r\x1b[2K${text}`);
    shown = true;
  };
  const end = () => {
    if (shown) process.stderr.write("\r\x1b[2K");
    shown = false;
  };
  return {
    /** Runs one step of the demo and keeps its duration. */
    step: async <T>(name: string, run: () => Promise<T>): Promise<T> => {
      line(`  … ${name}`);
      const started = performance.now();
      const result = await run();
      seconds[name] = Math.round(performance.now() - started) / 1000;
      end();
      if (!quiet) process.stderr.write(`  ✓ ${name}\n`);
      return result;
    },
    fraction: (status: string, fraction: number) => {
      const filled = Math.round(fraction * 30);
      line(`  ${"█".repeat(filled)}${"░".repeat(30 - filled)} ${Math.round(fraction * 100)} % ${status}`);
    },
    say: (text: string) => {
      end();
      if (!quiet) process.stderr.write(`  ${text}\n`);
    },
    seconds: () => seconds,
    end,
  };
}

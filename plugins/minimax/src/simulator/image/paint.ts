import { setImmediate as nextTurn } from "node:timers/promises";
import { createRandom, type Random } from "../random.ts";
import type { Picture } from "./parse-image-request.ts";
import { encodePng, type Colour } from "./png.ts";

interface Disc {
  x: number;
  y: number;
  radius: number;
  lift: number;
}

const rowsPerTurn = 128;

/**
 * A gradient with waves and discs, in colours that words of the prompt choose. The same request is the same file, byte for
 * byte. Other work of the process goes on between its rows.
 */
export async function paint({ prompt, width, height, seed }: Picture): Promise<Buffer> {
  const random = createRandom(`${prompt}|${width}|${height}|${seed}`);
  const palette = paletteFor(prompt, random);
  const discs = Array.from({ length: 4 + Math.floor(random.next() * 6) }, (): Disc => ({
    x: random.next() * width,
    y: random.next() * height,
    radius: width * (0.05 + random.next() * 0.22),
    lift: (random.next() - 0.5) * 90,
  }));
  const [slopeX, slopeY] = [(random.next() - 0.5) * 200, (random.next() - 0.5) * 200];
  const [waves, drift, depth] = [2 + random.next() * 9, random.next() * 6 - 3, 10 + random.next() * 30];
  const wave = Float32Array.from({ length: 1024 }, (_, step) => Math.sin((step / 1024) * 2 * Math.PI) * depth);
  const pixels = Buffer.alloc(width * height);
  for (let y = 0; y < height; y += 1) {
    const crossing = discs.flatMap(({ x, y: middle, radius, lift }) => {
      const half = Math.sqrt(Math.max(0, radius ** 2 - (y - middle) ** 2));
      return half > 0 ? [{ from: x - half, to: x + half, lift }] : [];
    });
    const base = 128 + slopeY * (y / height - 0.5);
    for (let x = 0; x < width; x += 1) {
      let value =
        base + slopeX * (x / width - 0.5) + (wave[Math.floor(((x * waves + y * drift) % 1024) + 1024) & 1023] ?? 0);
      for (const { from, to, lift } of crossing) if (x >= from && x < to) value += lift;
      pixels[y * width + x] = Math.max(0, Math.min(255, value));
    }
    if (y % rowsPerTurn === 0) await nextTurn();
  }
  return encodePng({ width, height, pixels, palette });
}

const moods: readonly { words: RegExp; colours: readonly Colour[] }[] = [
  {
    words: /\b(night|dark|midnight|moon|rain\w*|blue|sad|lonel\w*)\b/i,
    colours: [
      [8, 12, 40],
      [30, 50, 110],
      [90, 110, 180],
      [210, 220, 245],
    ],
  },
  {
    words: /\b(sun\w*|summer|warm|gold\w*|desert|fire|autumn)\b/i,
    colours: [
      [80, 20, 30],
      [200, 70, 40],
      [250, 160, 60],
      [255, 235, 180],
    ],
  },
  {
    words: /\b(forest|green|nature|spring|garden|jungle)\b/i,
    colours: [
      [10, 40, 30],
      [40, 100, 60],
      [130, 180, 90],
      [235, 245, 200],
    ],
  },
  {
    words: /\b(neon|club|techno|synth\w*|city|electr\w*|cyber\w*)\b/i,
    colours: [
      [15, 5, 45],
      [130, 20, 160],
      [250, 50, 150],
      [90, 240, 250],
    ],
  },
  {
    words: /\b(love|rose|pink|soft|dream\w*|romantic)\b/i,
    colours: [
      [90, 30, 70],
      [200, 90, 130],
      [245, 170, 180],
      [255, 240, 235],
    ],
  },
];

/** 256 colours, between four. Chance turns them where the words leave it open. */
function paletteFor(prompt: string, random: Random): Colour[] {
  const named = moods.find(({ words }) => words.test(prompt))?.colours;
  const any = (low: number): Colour => [
    low + random.next() * 110,
    low + random.next() * 110,
    low + random.next() * 110,
  ];
  const stops = named ?? [any(0), any(40), any(90), any(140)];
  return Array.from({ length: 256 }, (_, index) => {
    const at = (index / 255) * (stops.length - 1);
    const left = stops[Math.floor(at)] ?? [0, 0, 0];
    const right = stops[Math.ceil(at)] ?? left;
    const mixed = left.map((channel, which) => Math.round(channel + ((right[which] ?? 0) - channel) * (at % 1)));
    return [mixed[0] ?? 0, mixed[1] ?? 0, mixed[2] ?? 0];
  });
}

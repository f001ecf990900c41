import { open } from 'node:fs/promises';
import { parseLines } from './lines.ts';

/** How much is read at first, in bytes: some ten seconds of a probe. */
const FIRST = 64 * 1024;

/** The end of a probe's log, from some line on that began before a time (milliseconds since 1970); all of it where there is none. */
export async function endOfLog(file: string, before: number): Promise<string> {
  const handle = await open(file);
  try {
    const { size } = await handle.stat();
    for (let length = FIRST; ; length *= 2) {
      const start = Math.max(0, size - length);
      const { buffer, bytesRead } = await handle.read(Buffer.alloc(size - start), 0, size - start, start);
      const text = buffer.toString('utf8', 0, bytesRead);
      if (start === 0) return text;
      // It may begin in the middle of a line.
      const lines = text.slice(text.indexOf('\n') + 1);
      const [first] = parseLines(lines.slice(0, lines.indexOf('\n') + 1)).lines;
      if (first !== undefined && first.t < before) return lines;
    }
  } finally {
    await handle.close();
  }
}

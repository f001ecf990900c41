import { drills } from './drills.ts';
import { byDrill, isMet, longestGaps, met, table, type Rehearsals } from './report-tables.ts';

const LEVELS = [3, 4] as const;

/** What a reader wants to know first: a line for each fault, and whether any acknowledged write was lost. */
export function summary(at: (level: number) => Rehearsals): readonly string[] {
  const all = LEVELS.flatMap((level) => at(level));
  if (all.length === 0) return [];
  const rehearsed = LEVELS.flatMap((level) => byDrill(at(level)));
  const known = all.flatMap(({ lostWrites }) => lostWrites ?? []);
  const lost = known.reduce((total, one) => total + one, 0);
  return [
    `${rehearsed.filter(([, runs]) => isMet(runs)).length} of ${rehearsed.length} faults are met, counted for each level. In ${known.length}${known.length < all.length ? ` of ${all.length}` : ''} rehearsals ${lost === 0 ? 'no' : `${lost}`} acknowledged`,
    `${lost === 1 ? 'write was' : 'writes were'} lost. For each fault: how many runs kept to all that [is asked](#what-is-asked-of-each-fault), then for how long a node’s reads or writes were not`,
    'answered, median and worst. The time is a dash where all nodes are off, and as long as the fault where nothing can be written.',
    '',
    ...table(
      ['fault', ...LEVELS.map((level) => `level ${level}`)],
      drills.map(({ name, levels }) => [
        name,
        ...LEVELS.map((level) => {
          const runs = at(level).filter(({ drill }) => drill === name);
          if (runs.length === 0) return levels.includes(level) ? 'not rehearsed' : '';
          return `${isMet(runs) ? '' : '**not met**, '}${met(runs)}: ${longestGaps(runs)}`;
        }),
      ]),
    ),
  ];
}

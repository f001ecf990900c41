import { exceeded, type Standing } from '../drive/hetzner-limits.ts';
import { table } from './table.ts';

/** What the project has, what it would get, and whether the limits allow it. */
export function describeLimits(standings: readonly Standing[]): string {
  const number = (value: number | undefined) => (value === undefined ? '?' : String(value));
  const unstated = standings.filter(({ limit }) => limit === undefined);
  const problems = exceeded(standings);
  return [
    table(
      ['', 'in the project', 'more', 'limit'],
      standings.map(({ what, has, more, limit, field }) => [
        what,
        number(has),
        more > 0 ? `+${more}` : String(more),
        `${number(limit)}${field === undefined ? ' a project' : limit === undefined ? '' : ' of the account'}`,
      ]),
    ),
    ...(problems.length === 0 ? ['The limits that are known suffice.'] : problems),
    ...(unstated.length === 0
      ? []
      : [
          `Hetzner's API does not tell the account's limits. The Console does (Limits): with ${unstated.map(({ field }) => field).join(' and ')} in cluster.yaml they are compared here.`,
        ]),
    ...(unstated.length === standings.filter(({ field }) => field !== undefined).length
      ? []
      : ['The account’s limits hold for all of its projects together; the token sees this one alone.']),
  ].join('\n');
}

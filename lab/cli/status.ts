import { labStatus, type HostStatus, type LabStatus } from '../status.ts';
import type { Lab } from '../state.ts';

export async function status(lab: Lab, asJson: boolean): Promise<void> {
  const found = await labStatus(lab);
  process.stdout.write(asJson ? `${JSON.stringify(found, undefined, 2)}\n` : inWords(found));
}

/** The status for people: a line for each part, hosts in columns. */
export function inWords({ lab, up, api, mirror, hosts }: LabStatus): string {
  const service = (works: boolean): string => (works ? 'answers' : 'does not answer');
  const widths = [Math.max(0, ...hosts.map(({ name }) => name.length)), '203.0.113.255'.length] as const;
  return [
    `lab     ${lab}: ${up ? 'up' : 'not up'}`,
    `api     ${api.url}: ${service(api.works)}`,
    `mirror  ${mirror.url}: ${service(mirror.works)}`,
    ...hosts.map((host) =>
      [
        'host   ',
        host.name.padEnd(widths[0]),
        host.ipv4.padEnd(widths[1]),
        `id ${host.id}`,
        state(host),
      ].join(' '),
    ),
    '',
  ].join('\n');
}

function state({ running, uptime }: HostStatus): string {
  return running && uptime !== undefined ? `on for ${inUnits(uptime)}` : 'off';
}

/** Seconds as people say it: the two greatest units. */
export function inUnits(seconds: number): string {
  const units = [
    [Math.floor(seconds / 86_400), 'd'],
    [Math.floor(seconds / 3600) % 24, 'h'],
    [Math.floor(seconds / 60) % 60, 'min'],
    [seconds % 60, 's'],
  ] as const;
  const first = units.findIndex(([count]) => count > 0);
  if (first < 0) return '0 s';
  const shown = units.slice(first, first + 2).filter(([count]) => count > 0);
  return shown.map(([count, unit]) => `${count} ${unit}`).join(' ');
}

import { wire } from '../names.ts';

/** What is wrong with the network of a lab. Hosts are named by their ids; those that no fault names are not touched. */
export type NetworkFault =
  /** All packets from and to the host vanish; with `keepOperator` those between it and the control namespace do not. */
  | { readonly kind: 'cut-off'; readonly host: number; readonly keepOperator: boolean }
  /** What goes from one of the one group to one of the other vanishes, in both directions. */
  | { readonly kind: 'partition'; readonly hosts: readonly number[]; readonly from: readonly number[] }
  /** So many percent of the packets from one of the one group to one of the other vanish; the way back is whole. */
  | {
      readonly kind: 'one-way-loss';
      readonly from: readonly number[];
      readonly to: readonly number[];
      readonly percent: number;
    }
  /** New connections to the port are refused (RST) until then, in seconds since the epoch. */
  | { readonly kind: 'ssh-refused'; readonly host: number; readonly port: number; readonly until: number };

/**
 * The nftables ruleset of these faults, for each namespace that hosts speak through: the control namespace, and private networks,
 * in which a host's wire has the same name. Packets vanish before connection tracking (priority raw), and so before the
 * firewalls: they let established connections through, and must not learn what never arrived. To be loaded as one transaction,
 * in which it takes the place of what was before.
 */
export function faultRuleset(faults: readonly NetworkFault[]): string {
  const rules = faults.map(rulesOf);
  const all = (hook: keyof Rules) => rules.flatMap((of) => of[hook] ?? []);
  return [
    // Deleting what may not be there fails; adding what is there does not.
    'table inet lab-faults',
    'delete table inet lab-faults',
    ...(faults.length === 0
      ? []
      : [
          'table inet lab-faults {',
          ...(['prerouting', 'forward', 'output'] as const).flatMap((hook) => [
            `  chain ${hook} {`,
            `    type filter hook ${hook} priority raw; policy accept;`,
            ...all(hook).map((rule) => `    ${rule}`),
            '  }',
          ]),
          '}',
        ]),
    '',
  ].join('\n');
}

interface Rules {
  /** All that hosts send. */
  readonly prerouting?: readonly string[];
  /** What hosts send to each other. */
  readonly forward?: readonly string[];
  /** What the control namespace itself sends. */
  readonly output?: readonly string[];
}

function rulesOf(fault: NetworkFault): Rules {
  switch (fault.kind) {
    case 'cut-off': {
      const host = `"${wire(fault.host)}"`;
      return fault.keepOperator
        ? { prerouting: [`iifname ${host} fib daddr type != local drop`, `fib daddr oifname ${host} drop`] }
        : {
            prerouting: [`iifname ${host} drop`, `fib daddr oifname ${host} drop`],
            output: [`oifname ${host} drop`],
          };
    }
    case 'partition':
      return { prerouting: [loss(fault.hosts, fault.from, 100), loss(fault.from, fault.hosts, 100)] };
    case 'one-way-loss':
      return { prerouting: [loss(fault.from, fault.to, fault.percent)] };
    case 'ssh-refused': {
      const refusal = [
        `oifname "${wire(fault.host)}" tcp dport ${fault.port} tcp flags & (syn | ack) == syn`,
        `meta time < ${fault.until} reject with tcp reset`,
      ].join(' ');
      return { forward: [refusal], output: [refusal] };
    }
    default:
      return fault satisfies never;
  }
}

function loss(from: readonly number[], to: readonly number[], percent: number): string {
  const some = percent === 100 ? '' : ` numgen random mod 100 < ${percent}`;
  return `iifname ${wires(from)} fib daddr oifname ${wires(to)}${some} drop`;
}

function wires(hosts: readonly number[]): string {
  return `{ ${hosts.map((id) => `"${wire(id)}"`).join(', ')} }`;
}

import type { FirewallRule, Machines, MachineSpec, PrivateNic } from '../../lab/hosts/machines.ts';

export interface MemoryMachine {
  spec: MachineSpec;
  running: boolean;
  /** How many times its disk was made. */
  disks: number;
}

/** Machines that are nothing but a note. `before` is called ahead of every operation: it can wait or throw. */
export interface MemoryMachines extends Machines {
  readonly machines: ReadonlyMap<number, MemoryMachine>;
  /** The rules that are held, of those that have a firewall. */
  readonly firewalls: ReadonlyMap<number, readonly FirewallRule[]>;
  /** The interfaces in private networks, of those that have any. */
  readonly nics: ReadonlyMap<number, readonly PrivateNic[]>;
  /** Every operation, in order: `create 101`. */
  readonly calls: readonly string[];
  before: (call: string) => Promise<void>;
}

export function memoryMachines(machines = new Map<number, MemoryMachine>()): MemoryMachines {
  const calls: string[] = [];
  const firewalls = new Map<number, readonly FirewallRule[]>();
  const nics = new Map<number, readonly PrivateNic[]>();
  const existing = (id: number): MemoryMachine => {
    const machine = machines.get(id);
    if (!machine) throw new Error(`there is no machine ${id}`);
    return machine;
  };
  const call = async (name: string, id: number) => {
    calls.push(`${name} ${id}`);
    await self.before(`${name} ${id}`);
  };
  const self: MemoryMachines = {
    machines,
    firewalls,
    nics,
    calls,
    before: async () => undefined,
    async create(spec) {
      await call('create', spec.id);
      if (machines.has(spec.id)) throw new Error(`machine ${spec.id} is there already`);
      machines.set(spec.id, { spec, running: true, disks: 1 });
    },
    async powerOn(id) {
      await call('powerOn', id);
      existing(id).running = true;
    },
    async powerOff(id) {
      await call('powerOff', id);
      existing(id).running = false;
    },
    async reboot(id) {
      await call('reboot', id);
      existing(id).running = true;
    },
    async shutdown(id) {
      await call('shutdown', id);
      existing(id).running = false;
    },
    async rebuild(spec) {
      await call('rebuild', spec.id);
      const machine = existing(spec.id);
      Object.assign(machine, { spec, running: true, disks: machine.disks + 1 });
    },
    async destroy(id) {
      await call('destroy', id);
      machines.delete(id);
      firewalls.delete(id);
      nics.delete(id);
    },
    async running(id) {
      return machines.get(id)?.running ?? false;
    },
    async firewall(id, rules) {
      await call('firewall', id);
      if (rules) firewalls.set(id, rules);
      else firewalls.delete(id);
    },
    async privateNetworks(id, held) {
      await call('privateNetworks', id);
      if (held.length > 0) nics.set(id, held);
      else nics.delete(id);
    },
  };
  return self;
}

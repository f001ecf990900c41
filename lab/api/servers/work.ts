import type { MachineSpec } from '../../hosts/machines.ts';
import type { Job } from '../actions/record.ts';
import type { Work, WorkNeeds } from '../actions/work.ts';
import { effectiveRules } from '../firewalls/effective-rules.ts';
import { detach, nicsOf } from '../networks/attachments.ts';
import type { State } from '../state/state.ts';
import type { ServerRecord } from './record.ts';

type ServerJob = Exclude<Job, { kind: 'hold_firewall' | 'hold_networks' }>;

const find = (state: State, id: number): ServerRecord | undefined =>
  state.servers.find((server) => server.id === id);

function existing(state: State, id: number): ServerRecord {
  const server = find(state, id);
  if (!server) throw new Error(`server ${id} is gone`);
  return server;
}

function specOf(state: State, { id, name, ipv4, userData, sshKeys, labels }: ServerRecord): MachineSpec {
  const address = state.primaryIps.find((primaryIp) => primaryIp.id === ipv4);
  if (!address) throw new Error(`the primary IP ${ipv4} of server ${id} is gone`);
  return { id, name, ipv4: address.ip, userData, sshKeys, labels };
}

/** Takes a server and all that belongs to it alone out of the state; what was assigned to it is kept, unassigned. */
function forget(draft: State, id: number): void {
  draft.servers = draft.servers.filter((server) => server.id !== id);
  draft.primaryIps = draft.primaryIps.filter(
    ({ assignee_id, auto_delete }) => assignee_id !== id || !auto_delete,
  );
  for (const primaryIp of draft.primaryIps) if (primaryIp.assignee_id === id) primaryIp.assignee_id = null;
  for (const network of draft.networks) detach(network, id);
  for (const firewall of draft.firewalls)
    firewall.appliedTo = firewall.appliedTo.filter(
      (target) => target.type !== 'server' || target.server !== id,
    );
}

/** What is done to a server's machine. */
export function serverWork(job: ServerJob, { store, machines, again }: WorkNeeds): Work {
  const id = job.server;
  const holdFirewall = async () => {
    await machines.firewall(id, effectiveRules(store.state, existing(store.state, id)));
  };

  async function make(): Promise<void> {
    const spec = specOf(store.state, existing(store.state, id));
    if (again) await machines.destroy(id);
    // The firewall stands before the machine does, so that it is never open.
    await holdFirewall();
    await machines.privateNetworks(id, nicsOf(store.state, id));
    try {
      await machines.create(spec);
    } catch (error) {
      await machines.destroy(id);
      throw error;
    }
    store.update((draft) => {
      existing(draft, id).made = true;
    });
  }

  async function start(): Promise<void> {
    if (!existing(store.state, id).made) await make();
    else if (!(await machines.running(id))) await machines.powerOn(id);
  }

  const stop = async () => {
    if (existing(store.state, id).made && (await machines.running(id))) await machines.powerOff(id);
  };

  const whileItRuns = (what: string, action: () => Promise<void>) => async () => {
    if (!existing(store.state, id).made || !(await machines.running(id)))
      throw new Error(`a server that is off cannot be ${what}`);
    await action();
  };

  switch (job.kind) {
    case 'create_server':
      return { steps: job.start ? [make] : [], dependents: ['start_server'] };
    case 'start_server':
      return { steps: [start] };
    case 'stop_server':
      return { steps: [stop] };
    case 'shutdown_server':
      // Asked for again after an interruption, the machine may be off already, as it was meant to be.
      return { steps: again ? [stop] : [whileItRuns('shut down', () => machines.shutdown(id))] };
    case 'reboot_server':
      return { steps: again ? [start] : [whileItRuns('rebooted', () => machines.reboot(id))] };
    case 'reset_server':
      return { steps: [stop, start] };
    case 'rebuild_server':
      return {
        steps: [
          async () => {
            const server = existing(store.state, id);
            if (server.made) await machines.rebuild(specOf(store.state, server));
            else await make();
          },
        ],
      };
    case 'change_server_type':
      return {
        steps: [start],
        succeed: (draft) => {
          const server = existing(draft, id);
          server.serverType = job.serverType;
          if (job.upgradeDisk) server.primaryDiskSize = job.diskSize;
        },
      };
    case 'delete_server':
      return { steps: [() => machines.destroy(id)], succeed: (draft) => forget(draft, id) };
    default:
      return job satisfies never;
  }
}

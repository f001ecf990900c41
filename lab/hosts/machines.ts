/** A server, as far as the machine that runs it must know it. */
export interface MachineSpec {
  /** The server's id: all that a lab keeps of a host carries it. */
  readonly id: number;
  /** The server's name, which becomes its hostname. */
  readonly name: string;
  /** Its public address: one out of 203.0.113.0/24 that no other host of the lab has. */
  readonly ipv4: string;
  /** What cloud-init gets; empty for none. */
  readonly userData: string;
  /** Public keys, as lines of authorized_keys, with which root may log in. */
  readonly sshKeys: readonly string[];
  readonly labels: Readonly<Record<string, string>>;
}

export interface FirewallRule {
  readonly direction: 'in' | 'out';
  readonly protocol: 'tcp' | 'udp' | 'icmp' | 'esp' | 'gre';
  /** '80', '80-85' or 'any'; only with tcp and udp. Without it, any. */
  readonly port?: string;
  /** CIDRs of the other end: with direction out, these are the destinations. */
  readonly sources: readonly string[];
}

/** An interface of a machine in a private network, beside its public one. */
export interface PrivateNic {
  /** The network's id. Machines of one network reach each other in it, and no others do. */
  readonly network: number;
  readonly mac: string;
  readonly ip: string;
  /** The network's own range, all of which is behind its gateway: machines are no neighbours of each other. */
  readonly range: string;
  readonly gateway: string;
}

/**
 * The machines under the API. Each promise is fulfilled when the thing has been done to the machine: booting has begun, a
 * signal has been sent. What the operating system does then takes its time, as on any machine.
 */
export interface Machines {
  /** Makes the disk and boots. Refuses an id that there is already. */
  create(spec: MachineSpec): Promise<void>;
  /** Boots from the disk as it is; does nothing to a machine that runs. */
  powerOn(id: number): Promise<void>;
  /** A cut of power: nothing gets a chance to end. Does nothing to a machine that is off. */
  powerOff(id: number): Promise<void>;
  /** Asks the operating system to boot again. Refuses a machine that is off. */
  reboot(id: number): Promise<void>;
  /** Asks the operating system to power off; `running` tells when it has. Does nothing to a machine that is off. */
  shutdown(id: number): Promise<void>;
  /** Boots from a fresh disk, whatever the machine did before. */
  rebuild(spec: MachineSpec): Promise<void>;
  /** Nothing of the machine is left, its firewall included. Does nothing when there is none. */
  destroy(id: number): Promise<void>;
  running(id: number): Promise<boolean>;
  /** Holds these rules from now on, before the machine is created as well; undefined: no firewall, all is open. */
  firewall(id: number, rules: readonly FirewallRule[] | undefined): Promise<void>;
  /** Has these interfaces from now on, running or not, before the machine is created as well. */
  privateNetworks(id: number, nics: readonly PrivateNic[]): Promise<void>;
}

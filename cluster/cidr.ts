/** IPv4 arithmetic for the mesh and the pod network. Addresses are unsigned 32-bit numbers inside, dotted text outside. */

export interface Cidr {
  /** First address, as a number. */
  readonly base: number;
  /** Prefix length, 0 to 32. */
  readonly prefix: number;
}

/** Parses `10.0.1.0/24`; undefined when it is not an IPv4 CIDR or has host bits set. */
export function parseCidr(text: string): Cidr | undefined {
  const match = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})\/(\d{1,2})$/.exec(text);
  if (!match) return undefined;
  const [a, b, c, d, prefix] = match.slice(1).map(Number) as [number, number, number, number, number];
  if ([a, b, c, d].some((octet) => octet > 255) || prefix > 32) return undefined;
  const base = ((a << 24) | (b << 16) | (c << 8) | d) >>> 0;
  return base % sizeOf({ base, prefix }) === 0 ? { base, prefix } : undefined;
}

export function formatCidr(cidr: Cidr): string {
  return `${formatAddress(cidr.base)}/${cidr.prefix}`;
}

/** Number of addresses in the block. */
export function sizeOf(cidr: Cidr): number {
  return 2 ** (32 - cidr.prefix);
}

/** The address `offset` places after the first one, as text. */
export function addressAt(cidr: Cidr, offset: number): string {
  return formatAddress(cidr.base + offset);
}

/** How far `address` lies behind the block's first address; undefined when it lies outside. */
export function offsetIn(cidr: Cidr, address: string): number | undefined {
  const parsed = parseCidr(`${address}/32`);
  const offset = parsed === undefined ? -1 : parsed.base - cidr.base;
  return offset >= 0 && offset < sizeOf(cidr) ? offset : undefined;
}

/** The `index`-th sub-block of the given prefix. */
export function subnetAt(cidr: Cidr, prefix: number, index: number): Cidr {
  return { base: cidr.base + index * 2 ** (32 - prefix), prefix };
}

export function contains(outer: Cidr, inner: Cidr): boolean {
  return inner.base >= outer.base && inner.base + sizeOf(inner) <= outer.base + sizeOf(outer);
}

export function overlaps(one: Cidr, other: Cidr): boolean {
  return one.base < other.base + sizeOf(other) && other.base < one.base + sizeOf(one);
}

function formatAddress(address: number): string {
  return [24, 16, 8, 0].map((shift) => (address >>> shift) & 255).join('.');
}

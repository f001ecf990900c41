/**
 * The names under which a lab's things stand on the machine. All begin with `khl-`, so that what a lab left behind can be
 * told from everything else, by its name alone.
 */

/** The network namespace in which the lab's API and mirror, terraform and ansible run, and through which all hosts speak. */
export function controlNamespace(lab: string): string {
  return `khl-${lab}`;
}

/** The network namespace that is the gateway of a private network. No lab's name has a dot in it, so it is no other name. */
export function privateNamespace(lab: string, network: number): string {
  return `${privateNamespacePrefix(lab)}${network}`;
}

/** What the names of a lab's private networks begin with, and no others. */
export function privateNamespacePrefix(lab: string): string {
  return `${controlNamespace(lab)}.`;
}

/** A host's network namespace, cgroup and machine name. */
export function hostName(lab: string, id: number): string {
  return `${controlNamespace(lab)}-${id}`;
}

/** The server id in a name that {@link hostName} made for this lab, or undefined for any other name. */
export function hostIdIn(lab: string, name: string): number | undefined {
  const prefix = `${controlNamespace(lab)}-`;
  if (!name.startsWith(prefix)) return undefined;
  const id = name.slice(prefix.length);
  return /^\d+$/.test(id) ? Number(id) : undefined;
}

/** The interface in the control namespace, or in a private network, at the other end of a host's wire; at most 15 characters, as Linux wants it. */
export function wire(id: number): string {
  return `h${id}`;
}

/**
 * What is wrong with a lab's name, or undefined. At most 10 characters of a DNS label; it may not end as a host's name does,
 * or lab `a-1` would take server 1 of lab `a` for itself.
 */
export function labNameProblem(name: string): string | undefined {
  if (!/^[a-z]([a-z0-9-]{0,8}[a-z0-9])?$/.test(name)) {
    return 'use 1 to 10 characters: small letters, digits and hyphens, a letter first and no hyphen last';
  }
  if (/-\d+$/.test(name)) return 'a hyphen and a number at the end would look like one of a lab’s hosts';
  return undefined;
}

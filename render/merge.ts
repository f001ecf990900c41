/** A tree of settings as it stands in YAML, JSON or TOML. */
export type Settings = Readonly<Record<string, unknown>>;

/** Lays settings over each other, maps in depth, everything else whole; the last one wins. */
export function mergeDeep(...layers: readonly Settings[]): Settings {
  return layers.reduce((under, over) => {
    const merged: Record<string, unknown> = { ...under };
    for (const [key, value] of Object.entries(over)) {
      const below = merged[key];
      merged[key] = isMap(below) && isMap(value) ? mergeDeep(below, value) : value;
    }
    return merged;
  }, {});
}

function isMap(value: unknown): value is Settings {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

// A rule about several settings.
import type { Settings } from "./setting-fields.ts";

/** A rule about several settings. It is checked if each of them is valid by itself. */
export interface Rule {
  readonly about: readonly (keyof Settings)[];
  readonly holds: (settings: Settings) => boolean;
  readonly problem: string;
}

/** Returns true if all values are given, or none. */
export function together(...values: readonly unknown[]): boolean {
  return new Set(values.map((value) => value === undefined)).size === 1;
}

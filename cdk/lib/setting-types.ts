// How one setting is read from text: each reader answers the value, or what it must be.

/** The value, or the end of the sentence "it must be ...". */
export type Reading<T> = { readonly value: T } | { readonly problem: string };

/** Reads one setting; `undefined` when nobody gave it. */
export type Reader<T> = (given: string | undefined) => Reading<T>;

/** A setting that may be left out. */
export function optional<T>(reader: Reader<T>): Reader<T | undefined> {
  return (given) => (given === undefined ? { value: undefined } : reader(given));
}

/** A whole number between `least` and `most`, both included. */
export function integer(least: number, most: number, fallback?: number): Reader<number> {
  return (given) => {
    if (given === undefined && fallback !== undefined) return { value: fallback };
    const value = Number(given);
    const right = given !== undefined && /^\d+$/.test(given) && value >= least && value <= most;
    return right ? { value } : { problem: `a whole number from ${least} to ${most}` };
  };
}

/** A duration of `least` to `most` seconds, in the form that the programs read: a whole number of `s`, `m`, `h` or `d`. */
export function duration(least: number, most: number, fallback: string): Reader<string> {
  const units: Record<string, number> = { s: 1, m: 60, h: 3600, d: 86_400 };
  return (given) => {
    const value = given ?? fallback;
    const [, number, unit = ""] = /^(\d+)([smhd])$/.exec(value) ?? [];
    const seconds = Number(number) * (units[unit] ?? NaN);
    return seconds >= least && seconds <= most
      ? { value }
      : { problem: `a duration from ${least}s to ${most / 86_400}d, such as 24h` };
  };
}

/** `true` or `false`, and nothing that merely looks like it. */
export function boolean(fallback: boolean): Reader<boolean> {
  return (given) => {
    if (given === undefined) return { value: fallback };
    return given === "true" || given === "false" ? { value: given === "true" } : { problem: "true or false" };
  };
}

/** One of a few values. */
export function oneOf<const T extends string | number>(choices: readonly T[], fallback: T): Reader<T> {
  return (given) => {
    const value = given === undefined ? fallback : choices.find((choice) => String(choice) === given);
    return value === undefined ? { problem: `one of ${choices.join(", ")}` } : { value };
  };
}

/** Text of one shape, which `shape` tells in words. */
export function matching(pattern: RegExp, shape: string, fallback?: string): Reader<string> {
  return (given) => {
    const value = given ?? fallback;
    return value !== undefined && pattern.test(value) ? { value } : { problem: shape };
  };
}

/** At least `least` values with commas between, each of which is `right`; `shape` tells that in words. */
export function listOf(right: (item: string) => boolean, shape: string, fallback?: string, least = 1): Reader<readonly string[]> {
  return (given) => {
    const value = (given ?? fallback ?? "").split(",").map((item) => item.trim());
    return value.length >= least && value.every(right) ? { value } : { problem: shape };
  };
}

/** Whether text is an IPv4 range in CIDR notation. */
export function isCidr(range: string): boolean {
  const [address = "", bits = "", ...rest] = range.split("/");
  const octets = address.split(".");
  const small = (text: string, most: number) => /^\d{1,3}$/.test(text) && Number(text) <= most;
  return rest.length === 0 && octets.length === 4 && octets.every((octet) => small(octet, 255)) && small(bits, 32);
}

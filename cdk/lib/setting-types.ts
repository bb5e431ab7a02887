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

/** IPv4 ranges with commas between. */
export function cidrs(fallback: string): Reader<readonly string[]> {
  return (given) => {
    const value = (given ?? fallback).split(",").map((range) => range.trim());
    return value.every(isCidr) ? { value } : { problem: "IPv4 ranges such as 203.0.113.0/24, with commas between" };
  };
}

function isCidr(range: string): boolean {
  const [address = "", bits = "", ...rest] = range.split("/");
  const octets = address.split(".");
  const small = (text: string, most: number) => /^\d{1,3}$/.test(text) && Number(text) <= most;
  return rest.length === 0 && octets.length === 4 && octets.every((octet) => small(octet, 255)) && small(bits, 32);
}

// The kinds of values that a setting can have, as zod schemas of its text. Each error completes the sentence "it must be ...".
import { z } from "zod";

/** A whole number from `least` to `most`, both included. */
export function integer(least: number, most: number) {
  const error = `a whole number from ${least} to ${most}`;
  return z.string().regex(/^\d+$/, { error }).transform(Number).pipe(z.number().min(least, { error }).max(most, { error }));
}

/** 0, or a whole number from `least` to `most`. */
export function zeroOr(least: number, most: number) {
  const error = `0, or a whole number from ${least} to ${most}`;
  return z.string().regex(/^\d+$/, { error }).transform(Number)
    .refine((value) => value === 0 || (value >= least && value <= most), { error });
}

/** `none`, or a whole number from `least` to `most`. */
export function noneOr(least: number, most: number) {
  const error = `none, or a whole number from ${least} to ${most}`;
  return z.string().regex(/^(none|\d+)$/, { error })
    .transform((value): number | "none" => value === "none" ? value : Number(value))
    .refine((value) => value === "none" || (value >= least && value <= most), { error });
}

/** A duration from `least` to `most` seconds, in the form that the programs read: a whole number of `s`, `m`, `h` or `d`. */
export function duration(least: number, most: number) {
  const error = `a duration from ${least}s to ${most / 86_400}d, such as 24h`;
  const units: Record<string, number> = { s: 1, m: 60, h: 3600, d: 86_400 };
  return z.string().refine((value) => {
    const [, number, unit = ""] = /^(\d+)([smhd])$/.exec(value) ?? [];
    const seconds = Number(number) * (units[unit] ?? NaN);
    return seconds >= least && seconds <= most;
  }, { error });
}

/** `true` or `false`, in lower case. */
export function boolean() {
  return z.stringbool({ truthy: ["true"], falsy: ["false"], case: "sensitive", error: "true or false" });
}

/** One of several words. */
export function oneOf<const T extends readonly string[]>(choices: T) {
  return z.enum(choices, { error: `one of ${choices.join(", ")}` });
}

/** One of several numbers. */
export function oneNumberOf(choices: readonly number[]) {
  return oneOf(choices.map(String)).transform(Number);
}

/** Text that matches `pattern`; `shape` describes it. */
export function text(pattern: RegExp, shape: string) {
  return z.string().regex(pattern, { error: shape });
}

/** An id of AWS: the prefix, and 8 or 17 hexadecimal digits. */
export function identifier(prefix: string, what: string) {
  return text(new RegExp(`^${prefix}-([0-9a-f]{8}|[0-9a-f]{17})$`), `${what} such as ${prefix}-0123456789abcdef0`);
}

/** Items with commas between. */
export function commaSeparated() {
  return z.string().transform((items) => items.split(",").map((item) => item.trim()));
}

/** At least `least` items with commas between; `shape` describes them. */
export function list(item: z.ZodType<string, string>, shape: string, least = 1) {
  return commaSeparated()
    .refine((items) => items.length >= least && items.every((each) => item.safeParse(each).success), { error: shape })
    .readonly();
}

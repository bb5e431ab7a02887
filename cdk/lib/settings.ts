// The settings of the deployer: the schema of fields and rules. read-settings.ts reads them from CDK's context and from the
// environment.
import { FIELDS, type Settings } from "./setting-fields.ts";
import { RULES } from "./setting-rules.ts";

export type { Settings };

/** The names of all settings. */
export const SETTING_NAMES = Object.keys(FIELDS.shape) as readonly (keyof Settings)[];

/** The schema of all settings: the fields and the rules. Its input is the text of each setting. */
export const SETTINGS = RULES.reduce(
  (schema, { about, holds, problem }) =>
    schema.refine(holds, {
      error: problem,
      path: [about[0]!],
      params: { namesItsSettings: true },
      when: ({ issues }) => !issues.some(({ path }) => about.some((name) => name === path?.[0])),
    }),
  FIELDS,
);

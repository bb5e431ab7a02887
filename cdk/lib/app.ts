// The app: the settings, the stack, and the checks of every synth.
import { App, type AppProps, Validations } from "aws-cdk-lib";
import { AwsSolutionsChecks } from "cdk-nag";
import { MessageWallStack } from "./messagewall-stack.ts";
import { openToTheWorld } from "./open-to-the-world.ts";
import { readSettings } from "./read-settings.ts";

/** The app, its stack, and what the stack opens to the world, in words. */
export interface MessageWall {
  readonly app: App;
  readonly stack: MessageWallStack;
  readonly open: string;
}

/**
 * Makes the app from CDK's context and the environment.
 *
 * @throws SettingsError with every bad setting.
 */
export function messageWall(environment: Record<string, string | undefined>, props?: AppProps): MessageWall {
  const app = new App(props);
  const settings = readSettings((name) => app.node.tryGetContext(name), environment);
  // The stack has no account and no Region, so that synth needs neither and the template fits all of them.
  const stack = new MessageWallStack(app, settings);
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
  return { app, stack, open: openToTheWorld(settings) };
}

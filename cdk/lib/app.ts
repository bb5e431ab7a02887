// The app: the settings, the stack, and the checks of every synth.
import { App, type AppProps, Validations } from "aws-cdk-lib";
import { AwsSolutionsChecks } from "cdk-nag";
import { MessageWallStack } from "./messagewall-stack.ts";
import { readSettings } from "./read-settings.ts";

/**
 * Makes the app from CDK's context and the environment.
 *
 * @throws SettingsError with every bad setting.
 */
export function messageWall(environment: Record<string, string | undefined>, props?: AppProps): { app: App; stack: MessageWallStack } {
  const app = new App(props);
  const settings = readSettings((name) => app.node.tryGetContext(name), environment);
  // The stack has no account and no Region, so that synth needs neither and the template fits all of them.
  const stack = new MessageWallStack(app, settings);
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
  return { app, stack };
}

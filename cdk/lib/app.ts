// The app: settings, the stack, and the checks that every synth must pass.
import { App, type AppProps, Validations } from "aws-cdk-lib";
import { AwsSolutionsChecks } from "cdk-nag";
import { MessageWallStack } from "./messagewall-stack.ts";
import { readSettings } from "./read-settings.ts";

/**
 * Makes the app from CDK's context and the environment.
 *
 * @throws SettingsError naming every bad setting.
 */
export function messageWall(environment: Record<string, string | undefined>, props?: AppProps): { app: App; stack: MessageWallStack } {
  const app = new App(props);
  const settings = readSettings((name) => app.node.tryGetContext(name), environment);
  // Without an account and a Region: synth needs neither, and the same template deploys anywhere.
  const stack = new MessageWallStack(app, settings);
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
  return { app, stack };
}

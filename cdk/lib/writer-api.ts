// WriterApi: the blog's `curl https://.../default/MessageWall`.
import { Annotations, Stack, Validations } from "aws-cdk-lib";
import * as apigateway from "aws-cdk-lib/aws-apigatewayv2";
import { HttpIamAuthorizer } from "aws-cdk-lib/aws-apigatewayv2-authorizers";
import { HttpLambdaIntegration } from "aws-cdk-lib/aws-apigatewayv2-integrations";
import type * as lambda from "aws-cdk-lib/aws-lambda";
import { Construct } from "constructs";
import { contract } from "./contract.ts";
import { logGroup } from "./logs.ts";
import type { Settings } from "./settings.ts";

const routes = contract.routes.api;

export interface WriterApiProps {
  readonly settings: Settings;
  readonly writer: lambda.IFunction;
}

/** An HTTP API in front of the function: signed with IAM, or open as the blog's. */
export class WriterApi extends Construct {
  readonly api: apigateway.HttpApi;
  /** The address of the wall, as in the blog post. */
  readonly url: string;

  constructor(scope: Construct, id: string, props: WriterApiProps) {
    super(scope, id);
    const { settings, writer } = props;
    this.api = new apigateway.HttpApi(this, "Api", { apiName: settings.name, createDefaultStage: false });
    const integration = new HttpLambdaIntegration("Writer", writer);
    const authorizer = settings.openWall ? new apigateway.HttpNoneAuthorizer() : new HttpIamAuthorizer();
    for (const path of [routes.wall, routes.named_wall]) {
      this.api.addRoutes({ path, methods: [apigateway.HttpMethod.ANY], integration, authorizer });
    }
    const stage = new apigateway.HttpStage(this, "Stage", {
      httpApi: this.api,
      stageName: routes.stage,
      autoDeploy: true,
      throttle: { rateLimit: 100, burstLimit: 200 },
      accessLogSettings: { destination: new apigateway.LogGroupLogDestination(logGroup(this, "api", settings)) },
    });
    this.url = `${this.api.apiEndpoint}/${stage.stageName}${routes.wall}`;
    if (settings.openWall) this.sayThatItIsOpen();
  }

  private sayThatItIsOpen(): void {
    Annotations.of(this).addWarningV2(
      "MessageWall:OpenWall",
      "openWall=true: anybody who knows the API's address may read the wall, post to it and delete it, as in the 2020 blog post.",
    );
    Validations.of(Stack.of(this)).acknowledge({
      id: "AwsSolutions-APIG4",
      reason: "The deployer asked for the blog post's open wall (openWall=true); synth, deploy and an output of the stack say so.",
    });
  }
}

// The HTTP API of the functions: `https://.../default/MessageWall` and `/default/inference`, as in the blog post.
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

/** The requests in a second, and at once, that API Gateway lets through, from all callers together. It refuses more with 429. */
export const API_THROTTLE = { rateLimit: 100, burstLimit: 200 };

export interface WriterApiProps {
  readonly settings: Settings;
  readonly writer: lambda.IFunction;
  /** The function that classifies pictures; undefined without it. */
  readonly inference: lambda.IFunction | undefined;
}

/** The HTTP API. Callers sign with IAM, unless `openWall` lets anybody call it, as in the blog post. */
export class WriterApi extends Construct {
  readonly api: apigateway.HttpApi;
  /** The address of the default wall. */
  readonly url: string;
  /** The address of the classification of pictures; undefined without it. */
  readonly inferenceUrl: string | undefined;

  constructor(scope: Construct, id: string, props: WriterApiProps) {
    super(scope, id);
    const { settings, writer, inference } = props;
    this.api = new apigateway.HttpApi(this, "Api", { apiName: settings.name, createDefaultStage: false });
    const { ANY, GET, POST } = apigateway.HttpMethod;
    const authorizer = settings.openWall ? new apigateway.HttpNoneAuthorizer() : new HttpIamAuthorizer();
    const toWriter = { methods: [ANY], integration: new HttpLambdaIntegration("Writer", writer), authorizer };
    for (const path of [routes.wall, routes.named_wall]) this.api.addRoutes({ path, ...toWriter });
    if (inference !== undefined) {
      const integration = new HttpLambdaIntegration("Inference", inference);
      this.api.addRoutes({ path: routes.inference, methods: [GET, POST], integration, authorizer });
    }
    const stage = new apigateway.HttpStage(this, "Stage", {
      httpApi: this.api,
      stageName: routes.stage,
      autoDeploy: true,
      throttle: API_THROTTLE,
      accessLogSettings: { destination: new apigateway.LogGroupLogDestination(logGroup(this, "api", settings)) },
    });
    const address = (path: string) => `${this.api.apiEndpoint}/${stage.stageName}${path}`;
    this.url = address(routes.wall);
    if (inference !== undefined) this.inferenceUrl = address(routes.inference);
    if (settings.openWall) this.warnThatItIsOpen();
  }

  private warnThatItIsOpen(): void {
    Annotations.of(this).addWarningV2(
      "MessageWall:OpenWall",
      "openWall=true: anybody who knows the address of the API can read the wall, post to it and clear it, as in the 2020 blog post.",
    );
    Validations.of(Stack.of(this)).acknowledge({
      id: "AwsSolutions-APIG4",
      reason: "openWall=true makes the API open, as in the blog post. A warning of synth and an output of the stack report it.",
    });
  }
}

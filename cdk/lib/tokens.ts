// The tokens of the admin and of the posters.
import { Validations } from "aws-cdk-lib";
import * as iam from "aws-cdk-lib/aws-iam";
import * as secrets from "aws-cdk-lib/aws-secretsmanager";
import type { Construct } from "constructs";
import type { Settings } from "./settings.ts";

/** Two secrets. The string of each is a bearer token that Secrets Manager generated. */
export class Tokens {
  /** The token that allows to remove messages, to clear the wall and to change the configuration. */
  readonly admin: secrets.ISecret;
  /** The token that allows to post. */
  readonly poster: secrets.ISecret;

  constructor(scope: Construct, settings: Settings) {
    // The id is that of stacks without a poster, so that the admin keeps the token.
    this.admin = newToken(scope, "AdminToken", `The bearer token of the admin of ${settings.name}`);
    this.poster = newToken(scope, "PosterToken", `The bearer token of those who post on ${settings.name}`);
  }

  /** The secrets as the reader expects them: `admin=<arn>,poster=<arn>`. */
  get names(): string {
    return `admin=${this.admin.secretArn},poster=${this.poster.secretArn}`;
  }

  /** Returns the permission to read the two secrets and no other. Secret.grantRead would also allow to describe them. */
  readStatement(): iam.PolicyStatement {
    return new iam.PolicyStatement({
      actions: ["secretsmanager:GetSecretValue"],
      resources: [this.admin.secretArn, this.poster.secretArn],
    });
  }
}

function newToken(scope: Construct, id: string, description: string): secrets.Secret {
  const secret = new secrets.Secret(scope, id, {
    description,
    generateSecretString: { passwordLength: 40, excludePunctuation: true },
  });
  Validations.of(secret).acknowledge({
    id: "AwsSolutions-SMG4",
    reason: "People have this token, so a rotation on a schedule would lock them out until somebody tells them the new one. "
      + "`aws secretsmanager put-secret-value` rotates it at any time: each task reads it again every minute, without a restart.",
  });
  return secret;
}

// The settings of the doors: who reaches the wall, by which protocol, and who may do what there.
import { z } from "zod";
import { boolean, list, text, zeroOr } from "./setting-values.ts";

/** The bounds of AWS WAF for the limit of a rate-based rule. */
const WAF_RATE = { least: 10, most: 2_000_000_000 };

const endpoint = () => text(/^https:\/\/[^\s/?#]+\/[^\s?#]*$/, "an address such as https://signin.example.org/oauth2/token");

export const DOOR_FIELDS = {
  /** Lets anybody call the API, as in the blog post. Default false: callers sign with IAM. */
  openWall: boolean().default(false),
  /** Lets the page post through the function. Default true. */
  pagePosts: boolean().default(true),
  /** Lets anybody post on the page. Default false: posting needs the poster's token. */
  anybodyPosts: boolean().default(false),
  /** The IPv4 ranges that can reach the page, with commas between. Default `0.0.0.0/0`. */
  pageFrom: list(z.cidrv4(), "IPv4 ranges such as 203.0.113.0/24, with commas between").default(["0.0.0.0/0"]),
  /** The ACM certificate of the host name of the page, which is then served by HTTPS only. Default: none. */
  certificateArn: text(/^arn:aws[a-z-]*:acm:[a-z0-9-]+:\d{12}:certificate\/.+$/, "the ARN of an ACM certificate").optional(),
  /**
   * Accepts a page by HTTP, where everybody on the way can read tokens and messages. Default false: without a certificate,
   * the deployment asks for it.
   */
  plainHttp: boolean().default(false),
  /** The origin of the page, as browsers send it. Default: the address of the load balancer, by HTTP. */
  pageOrigin: text(
    /^https?:\/\/[a-z0-9]([a-z0-9.-]*[a-z0-9])?(:\d{1,5})?$/,
    "an origin such as https://wall.example.org, in lower case and without a path",
  ).optional(),
  /** The most requests of one address to the page in five minutes; WAF refuses more. 0 makes no web ACL. Default 2000. */
  wafRatePerFiveMinutes: zeroOr(WAF_RATE.least, WAF_RATE.most).default(2000),
  /** The issuer of a provider of OpenID Connect. With it the page is for those who have signed in. Default: none. */
  oidcIssuer: text(/^https:\/\/[^\s?#]+$/, "an address such as https://signin.example.org").optional(),
  /** The address where people sign in. */
  oidcAuthorizationEndpoint: endpoint().optional(),
  /** The address where the load balancer gets tokens. */
  oidcTokenEndpoint: endpoint().optional(),
  /** The address where the load balancer asks who has signed in. */
  oidcUserInfoEndpoint: endpoint().optional(),
  /** The id that the provider gave to the wall. */
  oidcClientId: text(/^\S{1,255}$/, "an id without spaces").optional(),
  /** The name of the secret of Secrets Manager that is the password of the wall at the provider. */
  oidcClientSecretName: text(/^[A-Za-z0-9/_+=.@-]{1,512}$/, "the name of a secret").optional(),
};

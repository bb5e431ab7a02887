// The rules about the settings of the doors.
import { type Rule, together } from "./setting-rule.ts";

export const DOOR_RULES: readonly Rule[] = [
  {
    about: ["plainHttp", "certificateArn"],
    holds: ({ certificateArn, plainHttp }) => certificateArn === undefined || !plainHttp,
    problem: "plainHttp=true contradicts certificateArn: with a certificate the page is served by HTTPS only",
  },
  {
    about: ["pageOrigin", "certificateArn"],
    holds: ({ pageOrigin, certificateArn }) => certificateArn === undefined || pageOrigin !== undefined,
    problem: "certificateArn needs pageOrigin, such as https://wall.example.org: no certificate names the load balancer's own address",
  },
  {
    about: ["pageOrigin", "certificateArn"],
    holds: ({ pageOrigin, certificateArn }) =>
      pageOrigin === undefined || pageOrigin.startsWith("https:") === (certificateArn !== undefined),
    problem: "pageOrigin must begin with https:// if there is a certificateArn, and with http:// otherwise",
  },
  {
    about: ["anybodyPosts", "pagePosts"],
    holds: ({ anybodyPosts, pagePosts }) => !anybodyPosts || pagePosts,
    problem: "anybodyPosts=true needs pagePosts=true: the page is read-only",
  },
  {
    about: [
      "oidcIssuer", "oidcAuthorizationEndpoint", "oidcTokenEndpoint", "oidcUserInfoEndpoint", "oidcClientId", "oidcClientSecretName",
    ],
    holds: (settings) =>
      together(
        settings.oidcIssuer,
        settings.oidcAuthorizationEndpoint,
        settings.oidcTokenEndpoint,
        settings.oidcUserInfoEndpoint,
        settings.oidcClientId,
        settings.oidcClientSecretName,
      ),
    problem: "oidcIssuer, oidcAuthorizationEndpoint, oidcTokenEndpoint, oidcUserInfoEndpoint, oidcClientId and oidcClientSecretName go "
      + "together: set all six, or none for a page without sign-in",
  },
  {
    about: ["oidcIssuer", "certificateArn"],
    holds: ({ oidcIssuer, certificateArn }) => oidcIssuer === undefined || certificateArn !== undefined,
    problem: "oidcIssuer needs certificateArn: a load balancer lets people sign in by HTTPS only",
  },
];
